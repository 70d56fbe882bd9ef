import { IndexedHeap, type Slotted } from './indexed-heap.js';
import type { JobEntry } from './job-entry.js';
import { Ring } from './ring.js';

/** The ready jobs of one key at one priority, first in, first out. Jobs without a key are one flow of their own. */
export class FairFlow implements Slotted {
  slot = 0;
  /** Virtual finish time of the first job. */
  tag = 0;
  readonly jobs = new Ring<JobEntry>();

  constructor(readonly key: string | undefined) {}
}

/** What a job of this weight advances its flow by. */
export function shareOf(job: JobEntry): number {
  return job.rare === undefined ? 1 : 1 / job.rare.weight;
}

/** The flows that have jobs, the one to serve next first. */
export class FlowHeap extends IndexedHeap<FairFlow> {
  protected before(a: FairFlow, b: FairFlow): boolean {
    if (a.tag !== b.tag) return a.tag < b.tag;
    return (a.jobs.first() as JobEntry).seq < (b.jobs.first() as JobEntry).seq;
  }
}
