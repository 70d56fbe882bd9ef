import type * as ioredis from 'ioredis';
import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { Ms } from '../../contract/index.js';
import { redisDriver } from './redis-driver.js';
import type { RedisAccess, RedisSettings } from './redis-target.js';
import { TimedCommands } from './timed-commands.js';

/** What a connection is for; one each a process, and on a cluster a blocking one for each queue. */
export type ConnectionRole = 'commands' | 'blocking' | 'subscriber';

type Profile = Omit<RedisOptions, 'replyMapping'> & { readonly replyMapping: 'legacy' };

/** How long one blocking read lasts on the server, in seconds: the floor of the poll when no push arrives. */
export const BLOCK_SECONDS = 5;
/** A blocking read that is not answered this long after its end has lost its connection. */
const BLOCK_GRACE: Ms = 2_000;
/** How often the nodes of a cluster are asked who has which slots. */
const SLOTS_REFRESH: Ms = 5_000;
/** A socket that does not close by itself is destroyed. */
const DISCONNECT_TIMEOUT: Ms = 1_000;

/**
 * Makes ioredis clients of one target, unconnected. None resends a command or reconnects by itself: a command that the
 * driver repeats would be carried out twice when only its reply was lost, and {@link RedisLink} knows what to do after a loss.
 */
export class RedisClients {
  private timed: TimedCommands | undefined;

  constructor(private readonly settings: RedisSettings) {}

  /** Makes commands for the clients; `undefined` for an injected one, whose driver may be another copy. */
  get commands(): TimedCommands | undefined {
    return this.timed;
  }

  /** The connection for commands: to the server, or to every master of the cluster. */
  async forCommands(): Promise<Redis | Cluster> {
    const { target } = this.settings;
    const profile = this.profile('commands');
    if (target.kind === 'client') {
      const client = target.client as Redis | Cluster;
      if (!client.isCluster) return (client as Redis).duplicate(profile);
      const inherited = (client as Cluster).options.redisOptions ?? {};
      return (client as Cluster).duplicate([], {
        ...this.clusterProfile(),
        redisOptions: { ...inherited, ...profile },
      });
    }
    if (target.kind !== 'cluster') return this.single(profile);
    const { Cluster } = await this.driver();
    return new Cluster([...target.nodes], {
      ...this.clusterProfile(),
      redisOptions: { ...accessOf(target), ...profile },
      ...(target.natMap && { natMap: { ...target.natMap } }),
      // A certificate names hosts, so the addresses that the cluster announces are taken as they are.
      ...(target.tls !== false && { dnsLookup: (address, callback) => callback(null, address) }),
    });
  }

  /**
   * A connection of its own beside the one for commands.
   * @param commands On a cluster: what knows its nodes.
   * @param key On a cluster: the connection goes to the node that has it; without one to any master.
   */
  async dedicated(role: ConnectionRole, commands: Redis | Cluster, key?: string): Promise<Redis> {
    const profile = this.profile(role);
    if (isCluster(commands)) return (await nodeFor(commands, key)).duplicate(profile);
    const { target } = this.settings;
    return target.kind === 'client' ? (target.client as Redis).duplicate(profile) : this.single(profile);
  }

  private async driver(): Promise<typeof ioredis> {
    const driver = await redisDriver.load();
    this.timed ??= new TimedCommands(driver.Command);
    return driver;
  }

  private async single(profile: Profile): Promise<Redis> {
    const { target } = this.settings;
    const { Redis } = await this.driver();
    if (target.kind === 'sentinel') {
      const { sentinelAccess: sentinel, nodes, name, db } = target;
      return new Redis({
        ...accessOf(target),
        ...profile,
        sentinels: nodes.map((node) => ({ ...node })),
        name,
        db,
        enableTLSForSentinelMode: target.tls !== false,
        ...(sentinel.username !== undefined && { sentinelUsername: sentinel.username }),
        ...(sentinel.password !== undefined && { sentinelPassword: sentinel.password }),
        ...(sentinel.tls !== false && { sentinelTLS: sentinel.tls === true ? {} : sentinel.tls }),
        sentinelCommandTimeout: this.settings.commandTimeout,
        sentinelRetryStrategy: () => null,
      });
    }
    if (target.kind !== 'server') throw new TypeError(`A ${target.kind} is no single server.`);
    const { host, port, path, family, db } = target;
    return new Redis({
      ...accessOf(target),
      ...profile,
      db,
      ...(path === undefined ? { host, port, family } : { path }),
    });
  }

  private profile(role: ConnectionRole): Profile {
    const { commandTimeout, connectTimeout, connectionName } = this.settings;
    return {
      lazyConnect: true,
      retryStrategy: null,
      reconnectOnError: null,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      enableReadyCheck: true,
      maxRetriesPerRequest: 0,
      connectTimeout,
      commandTimeout: role === 'blocking' ? BLOCK_SECONDS * 1_000 + BLOCK_GRACE : commandTimeout,
      disconnectTimeout: DISCONNECT_TIMEOUT,
      connectionName: `${connectionName}:${role}`,
      readOnly: false,
      replyMapping: 'legacy',
      stringNumbers: false,
    };
  }

  private clusterProfile(): ClusterOptions {
    return {
      lazyConnect: true,
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      scaleReads: 'master',
      // What was sent to a node that is gone may have been carried out: the caller decides whether to repeat it.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: () => null,
      // A node that is frozen says MOVED to nobody: who took its place is learnt by asking.
      slotsRefreshInterval: SLOTS_REFRESH,
      slotsRefreshTimeout: this.settings.connectTimeout,
    };
  }
}

export function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster;
}

function accessOf({ username, password, tls }: RedisAccess): Omit<RedisOptions, 'replyMapping'> {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== false && { tls: tls === true ? {} : tls }),
  };
}

/** The pool's connection to the master of a key, as the pattern of another one. */
async function nodeFor(cluster: Cluster, key: string | undefined): Promise<Redis> {
  const masters = cluster.nodes('master');
  if (key !== undefined) {
    const slot = await cluster.cluster('KEYSLOT', key);
    const [address] = cluster.slots[slot] ?? [];
    const owner = masters.find(({ options }) => `${options.host}:${options.port}` === address);
    if (owner !== undefined) return owner;
  }
  const any = masters[Math.floor(Math.random() * masters.length)];
  if (any === undefined) throw new Error('No master of the cluster is known.');
  return any;
}
