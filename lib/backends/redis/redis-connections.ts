import type { Cluster, Redis } from 'ioredis';
import type { BackendInfo, StateSubscription } from '../../contract/index.js';
import { InvalidBackendError } from '../../errors/index.js';
import { isCluster, RedisClients } from './redis-clients.js';
import { callError, isReply } from './redis-errors.js';
import { isAbsence, isRefusal, RedisLink } from './redis-link.js';
import { RedisSession } from './redis-session.js';
import { RedisSubscriber } from './redis-subscriber.js';
import { addressOf, secretsOf, type RedisSettings } from './redis-target.js';
import { assertServer, shownVersion, warningsOf } from './server-check.js';
import { parseServerInfo, type RedisServerInfo } from './server-info.js';
import { type WakeListener, WakeReader } from './wake-reader.js';

/**
 * The connections of one redis entry: three at most however many queues there are, shared by both interfaces. One for
 * commands, made by `open`; one that blocks, made when the first wake-up is waited for; one that listens to channels, made
 * when the first is watched. On a cluster the first is one a master, and the blocking one is one a key, since a blocking read
 * goes to the node that has the key.
 *
 * @example
 * const connections = new RedisConnections(resolveRedisOptions({ name, type, url, options }));
 * const session = connections.session();        // one for each interface
 * await connections.open(session);
 * await session.run(script, [`${connections.prefix}:{emails}:ready`], [1]);
 * await connections.close(session);             // the last one to close ends the connections
 */
export class RedisConnections {
  private readonly clients: RedisClients;
  private readonly commands: RedisLink;
  private readonly subscriber: RedisSubscriber;
  private readonly readers = new Map<string, WakeReader>();
  private readonly users = new Set<RedisSession>();
  private opening: Promise<RedisServerInfo> | undefined;
  private info: RedisServerInfo | undefined;
  private readonly secrets: readonly string[];

  constructor(
    private readonly settings: RedisSettings,
    /** Told once, at `open`, what a user should know of the server. Default: a warning of the process. */
    private readonly warn: (message: string) => void = (message) =>
      process.emitWarning(message, 'TasksWarning'),
  ) {
    this.clients = new RedisClients(settings);
    this.secrets = secretsOf(settings.target);
    this.commands = new RedisLink({ make: () => this.clients.forCommands() });
    this.subscriber = new RedisSubscriber(() => this.dedicated('subscriber'), settings.connectTimeout);
  }

  /** Of the entry, for messages. */
  get name(): string {
    return this.settings.name;
  }

  /** Begins every key and channel. */
  get prefix(): string {
    return this.settings.prefix;
  }

  /** Whether keys of one call have to be in one slot. Known from the options. */
  get isCluster(): boolean {
    const { target } = this.settings;
    return target.kind === 'cluster' || (target.kind === 'client' && target.client.isCluster);
  }

  /** What the server said of itself when the connection was opened. */
  get server(): RedisServerInfo | undefined {
    return this.info;
  }

  /** Connections and timers that are held now: 0 once all sessions are closed. */
  get handles(): number {
    const readers = [...this.readers.values()].reduce((sum, reader) => sum + reader.handles, 0);
    return this.commands.handles + this.subscriber.handles + readers;
  }

  /** A share for one interface. */
  session(): RedisSession {
    return new RedisSession(this.commands, this.settings.name, this.secrets, this.clients);
  }

  /**
   * Connects, and looks at the server. Both interfaces call it; the second waits for the first. When it fails nothing is held, and it can be
   * called again.
   * @throws BackendUnavailableError when no connection could be made within the connect timeout, or it was refused
   * @throws InvalidBackendError for a server that cannot do what is needed
   */
  async open(session: RedisSession): Promise<void> {
    this.users.add(session);
    this.opening ??= this.connect();
    try {
      this.info = await this.opening;
    } catch (error) {
      this.users.delete(session);
      if (this.users.size === 0) await this.letGo();
      throw error;
    }
  }

  /** After everybody has heard that it could not be opened: the next who asks has it tried anew. */
  private async letGo(): Promise<void> {
    this.opening = undefined;
    await this.commands.rest();
  }

  /** Ends one interface's share once its calls are settled; the last ends the connections. Idempotent. */
  async close(session: RedisSession): Promise<void> {
    await session.close();
    if (!this.users.delete(session) || this.users.size > 0) return;
    const readers = [...this.readers.values()];
    this.readers.clear();
    await Promise.all([
      this.commands.close(),
      this.subscriber.close(),
      ...readers.map((reader) => reader.close()),
    ]);
  }

  /**
   * One round trip.
   * @throws BackendUnavailableError
   */
  async ping(session: RedisSession): Promise<BackendInfo> {
    const info = parseServerInfo(String(await session.call('info')));
    this.info = { ...info, persistence: this.info?.persistence ?? info.persistence };
    return { type: 'redis', version: shownVersion(info), address: addressOf(this.settings.target) };
  }

  /**
   * Calls back when a marker (any member) is found in the sorted set at `key`, and takes it out; exactly one process of the
   * fleet is called. Also after a connection was lost, as a marker may have been lost with it.
   */
  onWake(key: string, onWake: () => void): WakeListener {
    const place = this.isCluster ? key : '';
    const reader =
      this.readers.get(place) ??
      new WakeReader({
        make: () => this.dedicated('blocking', this.isCluster ? key : undefined),
        commands: () => this.commands.current,
      });
    this.readers.set(place, reader);
    return reader.listen(key, onWake);
  }

  /** Calls back those of this process that wait for the marker at `key` now. */
  wakeHere(key: string): void {
    this.readers.get(this.isCluster ? key : '')?.stir(key);
  }

  /**
   * Listens to a channel, as the bytes that were published.
   * @throws BackendUnavailableError
   */
  async watch(
    channel: string,
    listener: (message: Buffer) => void,
    onReconnect?: () => void,
  ): Promise<StateSubscription> {
    try {
      const close = await this.subscriber.watch(channel, { listener, onReconnect });
      return { close };
    } catch (error) {
      throw callError(this.name, 'not-sent', this.subscriber.trouble ?? error, this.secrets);
    }
  }

  private async connect(): Promise<RedisServerInfo> {
    this.commands.start();
    const { connectTimeout, target } = this.settings;
    // A single server that is not there is so at once, as `connect.onBoot` needs it. Of several, another may take its place meanwhile.
    const isInVain = (error: unknown): boolean =>
      isRefusal(error) || (target.kind === 'server' && isAbsence(error));
    const client = await this.commands.wait(connectTimeout, isInVain);
    if (client === undefined) throw callError(this.name, 'not-sent', this.commands.trouble, this.secrets);
    if (!isCluster(client)) await this.selectDatabase(client);
    const nodes = isCluster(client) ? client.nodes('master') : [client];
    let infos: RedisServerInfo[];
    try {
      infos = await Promise.all(nodes.map(readServer));
    } catch (error) {
      throw callError(this.name, 'not-sent', error, this.secrets);
    }
    for (const info of infos) assertServer(this.name, info, this.isCluster);
    for (const warning of new Set(infos.flatMap((info) => warningsOf(this.name, info)))) this.warn(warning);
    return infos[0] as RedisServerInfo;
  }

  /** The driver stays in database 0 without a word when the server does not have the one that was asked for. */
  private async selectDatabase(client: Redis): Promise<void> {
    const { db = 0 } = client.options;
    if (db === 0) return;
    try {
      await client.select(db);
    } catch (error) {
      if (!isReply(error, 'ERR')) throw callError(this.name, 'not-sent', error, this.secrets);
      throw new InvalidBackendError(`Backend "${this.name}": the server has no database ${db}.`, {
        remedy:
          'Take a number below `databases` of the server (16 unless it says otherwise) at the end of `url` or in `options.db`, or database 0 with an `options.prefix` of your own.',
      });
    }
  }

  private async dedicated(role: 'blocking' | 'subscriber', key?: string): Promise<Redis> {
    const commands = this.commands.current;
    if (commands === undefined)
      throw this.commands.trouble ?? new Error('There is no connection for commands.');
    return this.clients.dedicated(role, commands, key);
  }
}

/** `CONFIG` is forbidden on many managed servers, and `INFO` on some: what is not said is not known. */
async function readServer(node: Redis | Cluster): Promise<RedisServerInfo> {
  const [info, save] = await Promise.all([
    node.info().catch(forgive('')),
    node.call('config', 'GET', 'save').catch(forgive([])),
  ]);
  return parseServerInfo(info, (save as string[])[1]);
}

function forgive<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (/^(NOPERM|ERR unknown)/.test(error instanceof Error ? error.message : '')) return fallback;
    throw error;
  };
}
