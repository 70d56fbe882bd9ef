import type { ClaimedJob, Receipt } from '../../contract/index.js';
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
  private readonly byKey = new Map<string, Hold>();

  add(hold: Hold): void {
    this.byKey.set(keyOf(hold.job.queue, hold.job.id), hold);
  }

  get(queue: string, id: string): Hold | undefined {
    return this.byKey.get(keyOf(queue, id));
  }

  remove(hold: Hold): void {
    const key = keyOf(hold.job.queue, hold.job.id);
    if (this.byKey.get(key) === hold) this.byKey.delete(key);
  }
}

export const keyOf = (queue: string, id: string): string => `${queue}/${id}`;
