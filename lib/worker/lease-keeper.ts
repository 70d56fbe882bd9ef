import type { Clock, ClockTimer, Ms, QueueBackend, Receipt } from '../contract/index.js';
import { LeaseLostError, TaskCancelledError } from '../errors/index.js';
import type { TaskRun } from '../execution/index.js';
import type { RunTable } from './run-table.js';

/** What is kept: the jobs in hand of one backend. */
export interface KeptLeases {
  readonly name: string;
  readonly backend: QueueBackend;
  readonly inHand: RunTable;
}

export interface KeeperLogger {
  warn(message: string): void;
}

/**
 * Keeps the leases of everything in hand, from one timer a process at a third of their length: one call may be lost before a
 * lease is. What turns out to be lost, or cancelled from elsewhere, is interrupted.
 */
export class LeaseKeeper {
  private timer: ClockTimer | undefined;
  private expectedAt = 0;

  constructor(
    private readonly kept: readonly KeptLeases[],
    private readonly lease: Ms,
    private readonly clock: Clock,
    private readonly logger: KeeperLogger,
  ) {}

  start(): void {
    const interval = this.lease / 3;
    this.expectedAt = this.clock.now() + interval;
    this.timer = this.clock.setTimer(interval, () => {
      this.noticeBlocking(interval);
      this.start();
      for (const one of this.kept) void this.keep(one);
    });
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Extends what is in hand of one backend. Broker trouble is left to the next time. */
  async keep({ name, backend, inHand }: KeptLeases): Promise<void> {
    if (inHand.size === 0) return;
    try {
      const { lost, cancelled } = await backend.extend(inHand.receipts(), this.lease);
      for (const run of inHand.byReceipt(lost)) run.interrupt(new LeaseLostError(run.job.id));
      if (cancelled.length > 0) await this.interruptCancelled(backend, inHand, cancelled);
    } catch (error) {
      this.logger.warn(`Backend "${name}": leases could not be kept: ${String((error as Error).message)}`);
    }
  }

  private async interruptCancelled(
    backend: QueueBackend,
    inHand: RunTable,
    cancelled: readonly Receipt[],
  ): Promise<void> {
    const runs: TaskRun[] = inHand.byReceipt(cancelled);
    const records = await backend.get(runs.map((run) => ({ queue: run.job.queue, id: run.job.id })));
    runs.forEach((run, place) =>
      run.interrupt(new TaskCancelledError(run.job.id, records[place]?.cancelReason ?? 'cancelled')),
    );
  }

  private noticeBlocking(interval: Ms): void {
    const late = this.clock.now() - this.expectedAt;
    if (late < interval) return;
    this.logger.warn(
      `The event loop was blocked for about ${Math.round(late)} ms; a lease of ${this.lease} ms may have been lost. Move long computations off it.`,
    );
  }
}
