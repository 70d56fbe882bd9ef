import type { BackendSubscription } from '../../contract/index.js';
import { isolate } from '../isolate.js';

/** Somebody who waits for work on one queue. */
export class WakeUp implements BackendSubscription {
  private demand = 0;
  /** Something came while there was no demand; what was there before the first is not known either. */
  private isMissed = true;
  private isClosed = false;

  constructor(
    readonly queue: string,
    private readonly onAvailable: () => void,
    private readonly onClose: () => void,
  ) {}

  get wantsJobs(): boolean {
    return this.demand > 0 && !this.isClosed;
  }

  wake(): void {
    if (this.isClosed) return;
    this.isMissed = this.demand === 0;
    if (this.demand > 0) isolate(this.onAvailable);
  }

  setDemand(demand: number): void {
    this.demand = demand;
    if (demand > 0 && this.isMissed) this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.onClose();
  }
}
