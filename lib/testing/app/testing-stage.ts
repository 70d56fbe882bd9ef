import type { NewJob } from '../../contract/index.js';
import { ManualClock } from '../manual-clock.js';
import type { OnEnqueued } from './recorded-backend.js';

/** How a test runs jobs. */
export interface TasksTestingOptions {
  /**
   * `manual`: a job runs when the test says so, with `drain()` or `advance()`. `inline`: a job that is due runs, retries
   * included, before the call that enqueues it resolves. Default `manual`.
   */
  readonly mode?: 'manual' | 'inline' | undefined;
  /** Where delays, retries and timeouts read the time. Default: a clock of its own that stands at 2026-01-01T00:00:00Z. */
  readonly clock?: ManualClock | undefined;
}

/** One job that was enqueued, and when. */
export interface Entry {
  readonly job: NewJob;
  readonly at: number;
}

/** What belongs to one app under test: its clock, and what was enqueued. */
export class TestingStage {
  readonly mode: 'manual' | 'inline';
  readonly clock: ManualClock;
  /** In the order in which the backends took them in. */
  readonly entries: Entry[] = [];
  /** Runs what was enqueued, or takes note that there is something to run. */
  listener: OnEnqueued | undefined;

  constructor({ mode = 'manual', clock = new ManualClock() }: TasksTestingOptions) {
    this.mode = mode;
    this.clock = clock;
  }

  readonly onEnqueued: OnEnqueued = (jobs) => {
    const at = this.clock.now();
    for (const job of jobs) this.entries.push({ job, at });
    return this.listener?.(jobs);
  };
}
