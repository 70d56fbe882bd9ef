import type { OutboxStatus, OutboxStore } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { OutboxLoop, type LoopParts, type OutboxRelayStats } from './outbox-loop.js';

/**
 * Moves jobs that were enqueued with `{ tx }` on a broker with an `outbox` from there to the broker, once their transaction is committed.
 * In every process of the app; one at a time does it for each broker.
 *
 * @example
 * constructor(private readonly relays: OutboxRelays) {}
 * const [{ relayed, failures }] = this.relays.stats();
 * const { waiting, oldest, refused } = await this.relays.status('notifications');
 */
export class OutboxRelays {
  private readonly loops: ReadonlyMap<string, { readonly loop: OutboxLoop; readonly store: OutboxStore }>;

  /** @internal */
  constructor(parts: readonly LoopParts[]) {
    this.loops = new Map(parts.map((one) => [one.backend, { loop: new OutboxLoop(one), store: one.store }]));
  }

  /** What each relay has done in this process since it started: counters that only grow. */
  stats(): OutboxRelayStats[] {
    return [...this.loops.values()].map(({ loop }) => loop.stats);
  }

  /**
   * What waits for a broker, in all processes, and what it will never take.
   * @throws InvalidOptionError for a backend without an outbox, BackendUnavailableError
   */
  status(backend: string): Promise<OutboxStatus> {
    return this.storeOf(backend).status(backend);
  }

  /**
   * Tries again what a broker has refused, when whatever was wrong is mended.
   * @returns how many
   * @throws as `status`
   */
  retryRefused(backend: string): Promise<number> {
    return this.storeOf(backend).retry(backend);
  }

  /** @internal */
  start(): void {
    for (const { loop } of this.loops.values()) loop.start();
  }

  /** @internal */
  async stop(): Promise<void> {
    await Promise.all([...this.loops.values()].map(({ loop }) => loop.stop()));
  }

  private storeOf(backend: string): OutboxStore {
    const found = this.loops.get(backend);
    if (found !== undefined) return found.store;
    const known = [...this.loops.keys()].join(', ') || 'none';
    throw new InvalidOptionError([
      { path: 'backend', message: `must be one with an \`outbox\`. There are: ${known}` },
    ]);
  }
}
