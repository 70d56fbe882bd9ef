import type { ClaimedJob, Receipt } from '../../contract/index.js';
import { ByJob } from './by-job.js';
import type { Delivery } from './delivery.js';

/** A claimed job with the message that brought it: what a receipt of this backend is. */
export class Hold {
  isSettled = false;

  constructor(
    /** As the ledger has handed it out, with the ledger's receipt. */
    readonly job: ClaimedJob,
    public delivery: Delivery | undefined,
    readonly since: number,
  ) {}

  get receipt(): Receipt {
    return this as unknown as Receipt;
  }

  static of(receipt: Receipt): Hold {
    return receipt as unknown as Hold;
  }
}

/** What is claimed and not settled, by queue and id. */
export class Holds {
  private readonly byJob = new ByJob<Hold>();

  add(hold: Hold): void {
    this.byJob.set(hold.job.queue, hold.job.id, hold);
  }

  get(queue: string, id: string): Hold | undefined {
    return this.byJob.get(queue, id);
  }

  remove(hold: Hold): void {
    const { queue, id } = hold.job;
    if (this.byJob.get(queue, id) === hold) this.byJob.delete(queue, id);
  }
}
