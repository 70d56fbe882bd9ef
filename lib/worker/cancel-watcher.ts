import type { Clock, StateBackend, StateSubscription } from '../contract/index.js';
import { TaskCancelledError, toErrorRecord } from '../errors/index.js';
import { CANCEL_CHANNEL, readCancelSignal } from '../state/index.js';
import type { RunTable } from './run-table.js';
import { TroublePause } from './trouble-pause.js';

export interface WatcherParts {
  /** Backend entry, for messages. */
  readonly name: string;
  readonly inHand: RunTable;
  readonly clock: Clock;
  readonly logger: { warn(message: string): void };
  /** Signals may have been lost: what was cancelled has to be asked for. */
  readonly onGap: () => void;
}

/**
 * Hears of cancelled jobs while they run, from whatever process: within a moment instead of at the next keeping of leases,
 * which remains the safety net.
 */
export class CancelWatcher {
  private readonly pause: TroublePause;
  private subscription: StateSubscription | undefined;
  private stopped = false;

  constructor(
    private readonly state: StateBackend,
    private readonly parts: WatcherParts,
  ) {
    this.pause = new TroublePause(parts.clock, () => void this.start());
  }

  /** Never rejects: what cannot be watched now is tried again later. */
  async start(): Promise<void> {
    try {
      const subscription = await this.state.watch(
        CANCEL_CHANNEL,
        (message) => this.hear(message),
        this.parts.onGap,
      );
      if (this.stopped) await subscription.close();
      else this.subscription = subscription;
    } catch (error) {
      if (!this.stopped) this.tryLater(error);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.pause.clear();
    await this.subscription?.close();
    this.subscription = undefined;
  }

  private hear(message: string | Uint8Array): void {
    const signal = readCancelSignal(message);
    if (signal === undefined) return;
    for (const run of this.parts.inHand.find(signal.queue, signal.id)) {
      run.interrupt(new TaskCancelledError(signal.id, signal.reason));
    }
  }

  private tryLater(error: unknown): void {
    const wait = this.pause.begin();
    this.parts.logger.warn(
      `Backend "${this.parts.name}": cancels of running jobs are heard late, watched again in ${wait} ms: ${toErrorRecord(error).message}`,
    );
  }
}
