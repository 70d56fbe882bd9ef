import type { ClaimedJob, EndedJob, JobRef, Outcome } from '../contract/index.js';
import type { EventSink, TaskRun } from '../execution/index.js';
import { endOf, type JobEnd, tellEnded } from '../state/index.js';

/** Who in this process waits for the end of jobs. */
export interface EndListener {
  /** Whether anybody waits; asked before anything is told. */
  readonly hasWaiters: boolean;
  /** Whether somebody in this process waits for this job. */
  awaits(job: JobRef): boolean;
  /** @param end How it ended, when that is known: whoever waits then needs no look at a record that may be gone by then. */
  announce(job: JobRef, end?: JobEnd): void;
}

/** Tells listeners what became of a run, once its backend has taken note. Builds no event where nobody listens. */
export class SettledEvents {
  constructor(
    private readonly events: EventSink,
    private readonly ends: EndListener,
  ) {}

  tell(run: TaskRun, outcome: Outcome): void {
    this.events.probes?.settled(run, outcome);
    switch (outcome.kind) {
      case 'completed':
        if (this.events.wants('completed')) {
          const { result, duration } = run;
          this.events.emit({ type: 'completed', ...about(run), result, duration });
        }
        break;
      case 'retry':
        if (this.events.wants('retrying')) {
          this.events.emit({ type: 'retrying', ...about(run), error: run.error, retryIn: outcome.in });
        }
        return;
      case 'failed':
        if (this.events.wants('failed')) {
          this.events.emit({ type: 'failed', ...about(run), error: run.error, reason: outcome.error });
        }
        break;
      case 'cancelled':
        if (this.events.wants('cancelled')) {
          this.events.emit({ type: 'cancelled', ...about(run), reason: outcome.reason });
        }
        break;
      case 'released':
        return;
    }
    const { ends } = this;
    if (ends.hasWaiters) ends.announce(run.job, ends.awaits(run.job) ? endOf(run.job, outcome) : undefined);
  }

  /** Something has become of a run, and nobody here knows what: who waits looks. */
  tellDoubtful({ job }: TaskRun): void {
    if (this.ends.hasWaiters) this.ends.announce(job);
  }

  /** Tells of a job in hand whose lease was lost. */
  tellLost(job: ClaimedJob): void {
    this.events.probes?.lost(job);
  }

  /** Tells of jobs that ended inside the store. */
  tellEnded(ended: readonly EndedJob[]): void {
    const { probes } = this.events;
    if (probes?.wants('ended')) for (const job of ended) probes.ended(job);
    tellEnded(ended, this.events, this.ends);
  }
}

function about({ job, workerId }: TaskRun) {
  return { taskId: job.id, taskName: job.name, queueName: job.queue, workerId, attempt: job.attempt };
}
