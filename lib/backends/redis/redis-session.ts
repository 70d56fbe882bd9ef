import type { Cluster, Redis } from 'ioredis';
import type { Ms } from '../../contract/index.js';
import { TasksClosedError } from '../../errors/index.js';
import { isCluster, type RedisClients } from './redis-clients.js';
import { callError, isReply, judge } from './redis-errors.js';
import type { RedisLink } from './redis-link.js';
import type { RedisScript } from './redis-script.js';
import { WireArguments } from './wire-arguments.js';

/** Numbers are whole; a payload of bytes is given as a Buffer. */
export type RedisArgument = string | number | Buffer;

/** Arguments of a script; those that are written already come last. */
export type ScriptArgument = RedisArgument | WireArguments;

/** `null`: bytes for texts in the reply. */
type Encoding = 'utf8' | null;

/** One call of a script. On a cluster all its keys are in one slot. */
export interface ScriptCall {
  readonly script: RedisScript;
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

/** One command with its arguments. */
export type RedisCommandCall = readonly [name: string, ...args: readonly RedisArgument[]];

/**
 * A call of so many arguments, or with so many bytes in one, is written at once: the server works on it while the next is made ready. A hundred producers
 * whose calls wait for one another get half as much done.
 */
export const LONG_CALL = 64;
const LONG_ARGUMENT = 4_096;
/** A connection that was lost is waited for that long; later calls fail at once until it is back. */
const RECONNECT_GRACE: Ms = 1_000;

/**
 * One interface's share of the connections: its calls, and whether it is closed.
 *
 * Nothing is sent twice but for scripts that the server did not know, and of those it has done nothing. A call ends with its
 * reply, with `BackendUnavailableError` within the command timeout and a second, or with `TasksClosedError`.
 */
export class RedisSession {
  private isClosed = false;
  private readonly open = new Set<Promise<unknown>>();

  constructor(
    private readonly link: RedisLink,
    private readonly backend: string,
    private readonly secrets: readonly string[],
    private readonly clients: Pick<RedisClients, 'commands'>,
  ) {}

  /** Runs a script; texts in its reply are decoded as UTF-8. */
  run(script: RedisScript, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    return this.track((client) => this.evaluate(client, { script, keys, args }, 'utf8'));
  }

  /**
   * The same with bytes for texts, for replies that hold payloads.
   * @param isLong whether it keeps the server as long as `LONG_CALL` arguments do, though it has fewer
   */
  runBuffer(
    script: RedisScript,
    keys: readonly string[],
    args: readonly ScriptArgument[],
    isLong = false,
  ): Promise<unknown> {
    return this.track((client) => this.evaluate(client, { script, keys, args }, null, isLong));
  }

  /** Runs several, sent together and carried out in this order; replies are as those of `runBuffer`. */
  runAll(calls: readonly ScriptCall[]): Promise<unknown[]> {
    return this.track((client) =>
      together(client, () => Promise.all(calls.map((call) => this.sendScript(client, call, null)))),
    );
  }

  /** Any command; texts in its reply are decoded as UTF-8. */
  call(...[name, ...args]: RedisCommandCall): Promise<unknown> {
    return this.track((client) => client.call(name, args));
  }

  /** The same with bytes for texts. */
  callBuffer(...[name, ...args]: RedisCommandCall): Promise<unknown> {
    return this.track((client) => client.callBuffer(name, args));
  }

  /** Several commands, sent together and carried out in this order on each server; replies are as those of `callBuffer`. */
  callAll(calls: readonly RedisCommandCall[]): Promise<unknown[]> {
    return this.track((client) =>
      together(client, () => Promise.all(calls.map(([name, ...args]) => client.callBuffer(name, args)))),
    );
  }

  /** Anything else on the client. What it rejects with becomes `BackendUnavailableError`. */
  with<T>(step: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    return this.track(step);
  }

  /** Refuses further calls, and waits for those that are open. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.open);
  }

  private evaluate(
    client: Redis | Cluster,
    call: ScriptCall,
    encoding: Encoding,
    isLong = false,
  ): Promise<unknown> {
    const sent = this.sendScript(client, call, encoding);
    if (isLong || hasMuch(call)) this.link.writes.release();
    return sent;
  }

  private async sendScript(
    client: Redis | Cluster,
    { script, keys, args }: ScriptCall,
    encoding: Encoding,
  ): Promise<unknown> {
    try {
      return await this.sendCommand(client, 'evalsha', [script.sha, keys.length, ...keys, ...args], encoding);
    } catch (error) {
      // The cache of scripts is gone after a restart, a failover or SCRIPT FLUSH; nothing of the call was done.
      if (!isReply(error, 'NOSCRIPT')) throw error;
      return this.sendCommand(client, 'eval', [script.lua, keys.length, ...keys, ...args], encoding);
    }
  }

  private sendCommand(
    client: Redis | Cluster,
    name: string,
    given: ScriptArgument[],
    encoding: Encoding,
  ): Promise<unknown> {
    const { commands } = this.clients;
    const last = given.at(-1);
    const wire = last instanceof WireArguments ? last : undefined;
    const args = (wire === undefined ? given : given.slice(0, -1)) as RedisArgument[];
    if (commands !== undefined) {
      return client.sendCommand(commands.make(client, name, args, encoding, wire)) as Promise<unknown>;
    }
    const all = wire === undefined ? args : [...args, ...wire.toList()];
    return encoding === null ? client.callBuffer(name, all) : client.call(name, all);
  }

  private track<T>(step: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    if (this.isClosed) return Promise.reject(new TasksClosedError(`Backend "${this.backend}" is closed.`));
    const call = this.send(step);
    this.open.add(call);
    const done = (): boolean => this.open.delete(call);
    call.then(done, done);
    return call;
  }

  private async send<T>(step: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    const client = this.link.current ?? (await this.link.wait(RECONNECT_GRACE));
    if (client === undefined) throw callError(this.backend, 'not-sent', this.link.trouble, this.secrets);
    try {
      this.link.writes.hold(client);
      return await step(client);
    } catch (error) {
      const { outcome, isConnectionLost } = judge(error);
      if (isConnectionLost) this.distrust(client);
      throw callError(this.backend, outcome, error, this.secrets);
    }
  }

  private distrust(client: Redis | Cluster): void {
    if (isCluster(client)) void dropSilentNodes(client);
    else this.link.reset(client);
  }
}

function hasMuch({ args }: ScriptCall): boolean {
  return args.length >= LONG_CALL || args.some((arg) => bytesOf(arg) >= LONG_ARGUMENT);
}

function bytesOf(arg: ScriptArgument): number {
  if (arg instanceof WireArguments) return arg.bytes.length;
  return arg instanceof Buffer ? arg.length : 0;
}

/** Each node of a cluster has a connection of its own: only those that do not answer either are dropped. */
async function dropSilentNodes(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes().map((node) => node.ping().catch(() => node.disconnect())));
}

/** Writes what is sent meanwhile as one. A cluster has a socket a node. */
async function together<T>(client: Redis | Cluster, step: () => Promise<T>): Promise<T> {
  const { stream } = client as { stream?: { cork(): void; uncork(): void } };
  stream?.cork();
  const sent = step();
  stream?.uncork();
  return sent;
}
