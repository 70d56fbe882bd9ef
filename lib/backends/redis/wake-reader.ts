import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import type { Ms } from '../../contract/index.js';
import { isolate } from '../isolate.js';
import { BLOCK_SECONDS } from './redis-clients.js';
import { isReply } from './redis-errors.js';
import { RedisLink } from './redis-link.js';

/** How long to wait for a read to arrive at the server before it is interrupted once more. */
const INTERRUPT_AGAIN: Ms = 10;

export interface WakeReaderOptions {
  /** A connection of its own: a blocked one can do nothing else. */
  readonly make: () => Promise<Redis>;
  /** The connection for commands, when it is there. */
  readonly commands: () => Redis | Cluster | undefined;
}

/** One who waits at a key. */
export interface WakeListener {
  /** Whether a wake-up is wanted now. Default: yes. */
  setActive(isActive: boolean): void;
  close(): void;
}

interface Waiting {
  readonly onWake: () => void;
  isActive: boolean;
}

/**
 * Waits for markers in sorted sets, all on one connection: `BZPOPMIN key… 5`. A marker wakes exactly one process; who claims
 * puts it back while there is more. So no herd is woken, and no wake-up is lost: after a new connection everybody is woken,
 * and a marker that was taken for somebody who no longer waits is put back.
 */
export class WakeReader {
  private readonly waiting = new Map<string, Set<Waiting>>();
  private readonly link: RedisLink<Redis>;
  /** The connection that is read on. */
  private reader: Redis | undefined;
  /** The keys of the read that is under way. */
  private reading: readonly string[] = [];
  /** The keys of the read that is being interrupted. */
  private interrupted: readonly string[] | undefined;
  private loop: Promise<void> | undefined;
  private isClosed = false;
  private lastWoken: string | undefined;
  private clientId: number | undefined;
  /** Whose id that is. */
  private identified: Redis | undefined;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly options: WakeReaderOptions) {
    this.link = new RedisLink({
      make: options.make,
      onReady: (client, isAgain) => {
        if (isAgain) for (const key of this.waiting.keys()) this.wake(key);
        if (this.reader !== client) this.begin(client);
      },
    });
  }

  get handles(): number {
    return this.link.handles + this.timers.size;
  }

  listen(key: string, onWake: () => void): WakeListener {
    const waiting: Waiting = { onWake, isActive: true };
    const all = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, all.add(waiting));
    this.link.start();
    this.changed();
    return {
      setActive: (isActive) => {
        if (waiting.isActive === isActive) return;
        waiting.isActive = isActive;
        if (isActive) this.changed();
      },
      close: () => {
        all.delete(waiting);
        if (all.size === 0 && this.waiting.get(key) === all) this.waiting.delete(key);
      },
    };
  }

  /** Wakes those of this process that wait for a marker now, without one. */
  stir(key: string): void {
    this.wake(key);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.waiting.clear();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    await this.link.close();
    await this.loop;
  }

  private begin(client: Redis): void {
    this.reader = client;
    // Those that are told of together are read together: one that was begun for the first of three was interrupted twice at once.
    this.loop = Promise.resolve().then(() => this.read(client));
  }

  /** Reads on one connection, for as long as it lasts and somebody waits. */
  private async read(client: Redis): Promise<void> {
    try {
      if (this.identified !== client) this.clientId = await client.client('ID');
      this.identified = client;
      while (!this.isClosed && this.reader === client) {
        const keys = this.activeKeys();
        if (keys.length === 0) return;
        this.reading = keys;
        const popped = await client.bzpopmin(...keys, BLOCK_SECONDS);
        this.reading = [];
        if (popped !== null) this.popped(popped[0], popped[1], popped[2]);
        // A claim that was sent with the job answers in this turn of the event loop: its job starts first, 40 us earlier.
        await turnOfTheLoop();
      }
    } catch {
      // The connection is gone, or frozen, or its node no longer has the key: the next one asks anew.
      this.link.reset(client);
    } finally {
      if (this.reader === client) this.reader = undefined;
    }
  }

  private popped(key: string, member: string, score: string): void {
    this.lastWoken = key;
    if (this.isWanted(key)) this.wake(key);
    else this.putBack(key, member, score);
  }

  /** Somebody else may wait for it. */
  private putBack(key: string, member: string, score: string): void {
    const commands = this.options.commands();
    commands?.zadd(key, 'NX', score, member).catch(() => undefined);
  }

  private wake(key: string): void {
    for (const { isActive, onWake } of this.waiting.get(key) ?? []) if (isActive) isolate(onWake);
  }

  private isWanted(key: string): boolean {
    return [...(this.waiting.get(key) ?? [])].some(({ isActive }) => isActive);
  }

  /** The server looks at them in order: the one that was just served comes last, so that it starves no other. */
  private activeKeys(): string[] {
    const keys = [...this.waiting.keys()].filter((key) => this.isWanted(key));
    const last = this.lastWoken === undefined ? -1 : keys.indexOf(this.lastWoken);
    return last === -1 ? keys : [...keys.slice(last + 1), ...keys.slice(0, last + 1)];
  }

  /** Somebody waits for a key that the read under way does not know of. */
  private changed(): void {
    const client = this.link.current;
    if (client === undefined || this.isClosed) return;
    if (this.reader === undefined) this.begin(client);
    else if (
      this.interrupted !== this.reading &&
      this.activeKeys().some((key) => !this.reading.includes(key))
    )
      this.interrupt(this.reading);
  }

  private interrupt(reading: readonly string[]): void {
    const commands = this.options.commands();
    this.interrupted = undefined;
    if (reading.length === 0 || commands === undefined || this.clientId === undefined) return;
    this.interrupted = reading;
    const isStillReading = (): boolean => this.reading === reading;
    commands.call('CLIENT', 'UNBLOCK', this.clientId).then(
      // 0: the read has not arrived at the server yet.
      (unblocked) => unblocked === 0 && this.later(() => isStillReading() && this.interrupt(reading)),
      (error: unknown) => {
        this.interrupted = undefined;
        // Who may not unblock connects anew.
        if (isReply(error, 'NOPERM') && this.link.current) this.link.reset(this.link.current);
      },
    );
  }

  private later(step: () => unknown): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      step();
    }, INTERRUPT_AGAIN);
    this.timers.add(timer);
  }
}
