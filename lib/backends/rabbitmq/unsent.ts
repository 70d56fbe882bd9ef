import type { JobRef } from '../../contract/index.js';
import { ByJob } from './by-job.js';

/** Of more than these the rest is left to the ledger, which hands it out to be published later. */
const MOST = 10_000;

/** Jobs of a shared ledger whose messages were not confirmed here: they are published again as soon as the broker is back. */
export class Unsent {
  private readonly refs = new ByJob<JobRef>();

  add({ queue, id }: JobRef): void {
    if (this.refs.size < MOST) this.refs.set(queue, id, { queue, id });
  }

  take(): JobRef[] {
    const refs = [...this.refs.values()];
    this.refs.clear();
    return refs;
  }
}
