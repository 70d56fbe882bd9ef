import type { Clock, ClockTimer, JobRecord, Ms, QueueBackend } from '../contract/index.js';
import { LeaseLostError, TaskCancelledError, toErrorRecord } from '../errors/index.js';
import type { TaskRun } from '../execution/index.js';
import type { RunTable } from './run-table.js';

/** What is kept: the jobs in hand of one backend. */
export interface KeptLeases {
  readonly name: string;
  readonly backend: QueueBackend;
  readonly inHand: RunTable;
  readonly lease: Ms;
}

export interface KeeperLogger {
  warn(message: string): void;
}

/**
 * Keeps the leases of everything in hand, from one timer a process at a third of the shortest: one call may be lost before
 * a lease is. What turns out to be lost, or cancelled from elsewhere, is interrupted.
 */
export class LeaseKeeper {
  private readonly interval: Ms;
  private timer: ClockTimer | undefined;
  private expectedAt = 0;

  constructor(
    private readonly kept: readonly KeptLeases[],
    private readonly clock: Clock,
    private readonly logger: KeeperLogger,
  ) {
    this.interval = Math.min(...kept.map(({ lease }) => lease)) / 3;
  }

  start(): void {
    if (this.kept.length > 0) this.arm();
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Extends what is in hand of one backend. Broker trouble is left to the next time. Never rejects. */
  async keep({ name, backend, inHand, lease }: KeptLeases): Promise<void> {
    if (inHand.size === 0) return;
    try {
      const { lost, cancelled } = await backend.extend(inHand.receipts(), lease);
      for (const run of inHand.byReceipt(lost)) run.interrupt(new LeaseLostError(run.job.id));
      await interruptCancelled(backend, inHand.byReceipt(cancelled));
    } catch (error) {
      this.logger.warn(`Backend "${name}": leases could not be kept: ${toErrorRecord(error).message}`);
    }
  }

  private arm(): void {
    this.expectedAt = this.clock.now() + this.interval;
    this.timer = this.clock.setTimer(this.interval, () => {
      this.noticeBlocking();
      this.arm();
      for (const one of this.kept) void this.keep(one);
    });
  }

  private noticeBlocking(): void {
    const late = this.clock.now() - this.expectedAt;
    if (late < this.interval) return;
    this.logger.warn(
      `The event loop was blocked for about ${Math.round(late)} ms: leases of ${this.interval * 3} ms may have been lost. Move long computations off it.`,
    );
  }
}

async function interruptCancelled(backend: QueueBackend, runs: readonly TaskRun[]): Promise<void> {
  if (runs.length === 0) return;
  const records = await recordsOf(backend, runs);
  runs.forEach((run, place) =>
    run.interrupt(new TaskCancelledError(run.job.id, records[place]?.cancelReason ?? 'cancelled')),
  );
}

/** Only for the reason: that it cannot be read holds up no cancel. */
async function recordsOf(
  backend: QueueBackend,
  runs: readonly TaskRun[],
): Promise<readonly (JobRecord | undefined)[]> {
  try {
    return await backend.get(runs.map(({ job }) => ({ queue: job.queue, id: job.id })));
  } catch {
    return [];
  }
}
