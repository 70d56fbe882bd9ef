import { BucketTally } from './bucket-tally.js';

/** How a run can end, as the label `outcome` has it. */
export const RUN_OUTCOMES = ['completed', 'retrying', 'failed', 'cancelled', 'released', 'lost'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

export interface Bounds {
  /** Seconds. */
  readonly wait: readonly number[];
  /** Seconds. */
  readonly run: readonly number[];
}

/** All numbers of one task on one queue. */
export class TaskTally {
  enqueued = 0;
  readonly outcomes: Record<RunOutcome, number> = {
    completed: 0,
    retrying: 0,
    failed: 0,
    cancelled: 0,
    released: 0,
    lost: 0,
  };
  /** By reason. */
  readonly deadLetters = new Map<string, number>();
  readonly wait: BucketTally;
  readonly run: BucketTally;

  constructor(
    readonly labels: Readonly<Record<'queue' | 'task', string>>,
    bounds: Bounds,
  ) {
    this.wait = new BucketTally(bounds.wait);
    this.run = new BucketTally(bounds.run);
  }

  bury(reason: string): void {
    this.deadLetters.set(reason, (this.deadLetters.get(reason) ?? 0) + 1);
  }

  reset(): void {
    this.enqueued = 0;
    for (const outcome of RUN_OUTCOMES) this.outcomes[outcome] = 0;
    this.deadLetters.clear();
    this.wait.reset();
    this.run.reset();
  }
}
