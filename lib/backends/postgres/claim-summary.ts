import type { EndingJson } from './ended-job.js';

/** What `claim` tells besides the jobs. */
export interface ClaimSummary {
  /** The first queue that gave jobs, and the fencing token of all of them but those that say another; absent where there are none. */
  readonly from?: readonly [queueId: number, queue: string, fence: string];
  /** Numbers of the completions that held, from 1; absent when all did. */
  readonly done?: readonly number[];
  /** Letters of the others. */
  readonly late?: Readonly<Record<number, string>>;
  /** A letter for each of the other settlements. */
  readonly verdicts?: string;
  readonly next?: number;
  /** Of an enqueue that took the claim along: as `enqueue_one` answers. */
  readonly added?: boolean | null;
  readonly limited?: readonly (readonly [
    queue: string,
    by: 'rate' | 'concurrency' | 'paused',
    retryIn: number | null,
  ])[];
  readonly ended?: readonly EndingJson[];
  readonly refused?: readonly (readonly [settlement: number, place: number, parent: string])[];
}
