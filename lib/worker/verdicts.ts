import type { EndedJob, Outcome, Verdict } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import type { TaskRun } from '../execution/index.js';
import { oneLine } from '../middleware/index.js';
import type { Batch } from './outbox.js';
import type { RunTable } from './run-table.js';
import type { SettledEvents } from './settled-events.js';

/** Takes what the backend says of settlements: their runs are no longer in hand, and what is applied is told. */
export class Verdicts {
  /** Verdicts that came too late: somebody else holds the job, or it is gone. */
  late = 0;

  constructor(
    private readonly inHand: RunTable,
    private readonly settled: SettledEvents,
    private readonly logger: { warn(message: string): void },
  ) {}

  /** @param ended What ended inside the store by the same answer; told as well. */
  conclude(
    { runs, settlements }: Batch,
    verdicts: readonly Verdict[],
    ended: readonly EndedJob[] = [],
  ): void {
    for (let place = 0; place < runs.length; place++) {
      const run = runs[place];
      const settlement = settlements[place];
      if (run === undefined || settlement === undefined) continue;
      this.inHand.remove(run);
      const verdict = verdicts[place];
      if (verdict === 'applied' || verdict === 'already-applied') {
        if (!hasEnded(run, settlement.outcome, ended)) this.tell(run, settlement.outcome);
      } else this.tooLate(run, settlement.outcome, verdict);
    }
    this.tellEnded(ended);
  }

  /** Jobs that ended inside the store. */
  private tellEnded(jobs: readonly EndedJob[]): void {
    if (jobs.length === 0) return;
    try {
      this.settled.tellEnded(jobs);
    } catch (error) {
      this.untold(error);
    }
  }

  // Who listens must not be able to lose the jobs that came in the same answer.
  private tell(run: TaskRun, outcome: Outcome): void {
    try {
      this.settled.tell(run, outcome);
    } catch (error) {
      this.untold(error);
    }
  }

  private untold(error: unknown): void {
    this.logger.warn(`The end of a job could not be told: ${toErrorRecord(error).message}`);
  }

  private tooLate(run: TaskRun, outcome: Outcome, verdict: Verdict | undefined): void {
    this.late++;
    const { id, name } = run.job;
    this.logger.warn(
      oneLine(
        `The ${outcome.kind} verdict on job ${id} (${name}) came too late (${verdict ?? 'no answer'}): its lease was lost.`,
      ),
    );
  }
}

/**
 * A job that is given back after a cancel was requested of it is cancelled by its backend, which says so among the ended: it
 * is not told as something that goes on.
 */
function hasEnded({ job }: TaskRun, outcome: Outcome, ended: readonly EndedJob[]): boolean {
  if (ended.length === 0 || (outcome.kind !== 'retry' && outcome.kind !== 'released')) return false;
  return ended.some(({ queue, id }) => id === job.id && queue === job.queue);
}
