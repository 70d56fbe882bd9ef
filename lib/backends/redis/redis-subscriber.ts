import type { Redis } from 'ioredis';
import type { Ms } from '../../contract/index.js';
import { isolate } from '../isolate.js';
import { RedisLink } from './redis-link.js';

/** How often a connection that hears nothing is asked whether it still lives. */
const HEARTBEAT: Ms = 10_000;

interface Watch {
  readonly listener: (message: Buffer) => void;
  readonly onReconnect: (() => void) | undefined;
}

/** The channels that this process listens to, all on one connection, which is made when the first is watched. */
export class RedisSubscriber {
  private readonly channels = new Map<string, Set<Watch>>();
  private readonly link: RedisLink<Redis>;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    make: () => Promise<Redis>,
    /** How long the first connection may take. */
    private readonly patience: Ms,
  ) {
    this.link = new RedisLink({ make, onReady: (client, isAgain) => void this.resume(client, isAgain) });
  }

  get handles(): number {
    return this.link.handles + (this.heartbeat === undefined ? 0 : 1);
  }

  /** Why there is no connection, as far as is known. */
  get trouble(): unknown {
    return this.link.trouble;
  }

  /**
   * @returns what ends it, once the server has said that messages arrive from now on
   * @throws what the driver says; nothing is watched then
   */
  async watch(channel: string, watch: Watch): Promise<() => Promise<void>> {
    this.link.start();
    this.heartbeat ??= setInterval(() => this.beat(), HEARTBEAT).unref();
    const watches = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, watches.add(watch));
    try {
      const client = this.link.current ?? (await this.link.wait(this.patience));
      if (client === undefined) throw new Error("Stream isn't writeable");
      await client.subscribe(channel);
    } catch (error) {
      this.forget(channel, watches, watch);
      throw error;
    }
    return async () => {
      if (!this.forget(channel, watches, watch)) return;
      await this.link.current?.unsubscribe(channel).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    this.heartbeat = undefined;
    this.channels.clear();
    await this.link.close();
  }

  /** @returns whether nobody listens to the channel any more */
  private forget(channel: string, watches: Set<Watch>, watch: Watch): boolean {
    if (!watches.delete(watch) || watches.size > 0 || this.channels.get(channel) !== watches) return false;
    this.channels.delete(channel);
    return true;
  }

  /** On a new connection: listens to all anew, then lets everybody know that messages may have been missed. */
  private async resume(client: Redis, isAgain: boolean): Promise<void> {
    client.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      for (const watch of this.channels.get(channel.toString()) ?? []) isolate(() => watch.listener(message));
    });
    const before = [...this.channels].map(([channel, watches]) => ({ channel, watches: [...watches] }));
    if (before.length === 0) return;
    try {
      await client.subscribe(...before.map(({ channel }) => channel));
    } catch {
      return this.link.reset(client);
    }
    for (const { channel, watches } of isAgain ? before : []) {
      for (const watch of watches) {
        if (watch.onReconnect !== undefined && this.channels.get(channel)?.has(watch))
          isolate(watch.onReconnect);
      }
    }
  }

  private beat(): void {
    const client = this.link.current;
    client?.ping().catch(() => this.link.reset(client));
  }
}
