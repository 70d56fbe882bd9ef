import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import type { Ms } from '../../contract/index.js';
import { WriteGather } from './write-gather.js';

/** The first pause before connecting again; it doubles. */
const FIRST_PAUSE: Ms = 50;
/** The longest: a server that came back is found again within it. */
const LONGEST_PAUSE: Ms = 2_000;
/** A client that was told to disconnect has destroyed its socket by then. */
const END_PATIENCE: Ms = 1_500;
/** Nothing is at the address: another try at once would hear the same. */
const ABSENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ENOENT']);
/** Connecting again does not help against these. */
const REFUSED = /\b(WRONGPASS|NOAUTH|NOPERM)\b|invalid (username-)?password/i;

export interface RedisLinkOptions<C> {
  /** Makes the next client, unconnected. May fail: it is asked again. */
  readonly make: () => Promise<C>;
  /** Called each time that the connection is there, the first time too. */
  readonly onReady?: (client: C, isAgain: boolean) => void;
}

/**
 * Keeps one connection up, from `start` to `close`: a client that is lost is replaced by a new one after a pause that
 * doubles up to two seconds and is spread at random over its upper half, so that a fleet does not come back at one moment
 * (AWS Architecture Blog, *Exponential Backoff And Jitter*, 2015).
 */
export class RedisLink<C extends Redis | Cluster = Redis | Cluster> {
  readonly writes = new WriteGather();
  private client: C | undefined;
  private ready: C | undefined;
  private running: Promise<void> | undefined;
  private stop = new AbortController();
  private isClosed = false;
  private waiters: (() => void)[] = [];
  private lostAt = performance.now();
  private wasReady = false;
  private lastError: unknown;

  constructor(private readonly options: RedisLinkOptions<C>) {}

  /** The client, when it is connected now. */
  get current(): C | undefined {
    return this.ready;
  }

  /** Why there is no connection, as far as is known. */
  get trouble(): unknown {
    return this.lastError;
  }

  /** Connections and timers that it holds. */
  get handles(): number {
    return this.running === undefined ? 0 : 1;
  }

  /** Begins to connect, anew after `rest`. Does nothing while it is at it, or once it is closed. */
  start(): void {
    if (this.isClosed || (this.running !== undefined && !this.stop.signal.aborted)) return;
    this.stop = new AbortController();
    this.lostAt = performance.now();
    this.lastError = undefined;
    const before = this.running ?? Promise.resolve();
    const running = before
      .then(() => this.run())
      .finally(() => {
        if (this.running === running) this.running = undefined;
      });
    this.running = running;
  }

  /**
   * Waits for the connection, until it has been gone for that long or has been refused. @returns nothing then.
   * @param isInVain Says of the latest error whether there is nothing to wait for.
   */
  async wait(ms: Ms, isInVain: (error: unknown) => boolean = isRefusal): Promise<C | undefined> {
    const deadline = this.lostAt + ms;
    while (this.ready === undefined && !this.stop.signal.aborted) {
      const left = deadline - performance.now();
      if (left <= 0 || isInVain(this.lastError)) return undefined;
      await this.change(left);
    }
    return this.ready;
  }

  /** Drops a connection that turned out to be of no use; a new one is made. */
  reset(client: Redis | Cluster): void {
    if (client === this.client) this.lost(client);
  }

  /** Lets go of the connection, or of the attempts to have one, until `start` is called again. */
  async rest(): Promise<void> {
    this.stop.abort();
    this.lost(this.client);
    await this.running;
  }

  /** Lets go of the connection for good. Idempotent. */
  close(): Promise<void> {
    this.isClosed = true;
    return this.rest();
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (await this.live()) attempt = 0;
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempt, 16));
      if (!signal.aborted)
        await sleep(pause / 2 + (Math.random() * pause) / 2, undefined, { signal }).catch(() => {});
    }
  }

  /** The life of one client. @returns whether it was ever connected. */
  private async live(): Promise<boolean> {
    const { signal } = this.stop;
    let client: C | undefined;
    let ended: Promise<void> | undefined;
    let reason: unknown;
    try {
      client = await this.options.make();
      if (signal.aborted) return false;
      this.client = client;
      ended = new Promise((resolve) => void client?.once('end', () => resolve()));
      const note = (error: unknown): void => void (reason = this.lastError = error);
      client.on('error', note).on('node error', note);
      await client.connect();
      this.connected(client);
      await ended;
      return true;
    } catch (error) {
      this.lastError = reason ?? error;
      return false;
    } finally {
      this.lost(client);
      // `close` is to leave no socket behind; a client that never says that it has ended must not hold it up.
      await Promise.race([ended, sleep(END_PATIENCE, undefined, { ref: false })]);
    }
  }

  private connected(client: C): void {
    if (this.stop.signal.aborted || this.client !== client) return;
    this.lastError = undefined;
    this.ready = client;
    const isAgain = this.wasReady;
    this.wasReady = true;
    this.announce();
    this.options.onReady?.(client, isAgain);
  }

  private lost(client: Redis | Cluster | undefined): void {
    client?.disconnect();
    // Once is enough: each further time adds a listener to its socket.
    if (client === this.client) this.client = undefined;
    if (this.ready !== undefined) this.lostAt = performance.now();
    this.ready = undefined;
    this.announce();
  }

  private change(ms: Ms): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private announce(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && REFUSED.test(error.message);
}

/** Nobody listens at the address, or it leads nowhere. */
export function isAbsence(error: unknown): boolean {
  return ABSENT.has((error as { code?: unknown } | undefined)?.code);
}
