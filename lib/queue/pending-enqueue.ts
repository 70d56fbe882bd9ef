import type { EnqueueVerdict, NewJob } from '../contract/index.js';
import type { GatheredCall } from './enqueue-gather.js';
import type { JobSnapshot } from './job-snapshot.js';
import type { JobIntake } from './job-intake.js';

/** One enqueue call that waits for its verdict. */
export class PendingEnqueue implements GatheredCall {
  constructor(
    readonly job: NewJob,
    private readonly intake: JobIntake,
    private readonly resolve: (job: JobSnapshot | PromiseLike<JobSnapshot>) => void,
    readonly fail: (error: unknown) => void,
  ) {}

  decide(verdict: EnqueueVerdict, at: number): void {
    try {
      this.resolve(this.intake.accept(this.job, verdict, at));
    } catch (error) {
      this.fail(error);
    }
  }
}
