import type { StateBackend, StateSubscription } from '../contract/index.js';
import { TaskCancelledError } from '../errors/index.js';
import { CANCEL_CHANNEL, readCancelSignal } from '../state/index.js';
import type { RunTable } from './run-table.js';

/**
 * Hears of cancelled jobs while they run, from whatever process: within a moment instead of at the next keeping of leases,
 * which remains the safety net.
 */
export class CancelWatcher {
  private subscription: StateSubscription | undefined;

  constructor(
    private readonly state: StateBackend,
    private readonly inHand: RunTable,
  ) {}

  async start(): Promise<void> {
    this.subscription = await this.state.watch(CANCEL_CHANNEL, (message) => {
      const signal = readCancelSignal(message);
      if (signal === undefined) return;
      this.inHand.find(signal.queue, signal.id)?.interrupt(new TaskCancelledError(signal.id, signal.reason));
    });
  }

  async stop(): Promise<void> {
    await this.subscription?.close();
    this.subscription = undefined;
  }
}
