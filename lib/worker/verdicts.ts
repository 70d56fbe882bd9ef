import type { Claim, EndedJob, JobRef, Outcome, Verdict } from '../contract/index.js';
import { oneLine } from '../config/index.js';
import { TaskCancelledError, toErrorRecord } from '../errors/index.js';
import type { RunCompletion, TaskRun } from '../execution/index.js';
import type { Batch } from './outbox.js';
import type { RunTable } from './run-table.js';
import type { SettledEvents } from './settled-events.js';

/** Takes what the backend says of settlements and of other jobs that ended: runs are no longer in hand, and what is applied is told. */
export class Verdicts {
  /** Runs whose lease was lost: somebody else holds the job, or it is gone. */
  lost = 0;

  constructor(
    private readonly inHand: RunTable,
    private readonly settled: SettledEvents,
    private readonly logger: { warn(message: string): void },
  ) {}

  conclude({ runs, settlements }: Batch, { verdicts, ended }: Pick<Claim, 'verdicts' | 'ended'>): void {
    let untold = ended;
    for (let place = 0; place < runs.length; place++) {
      const run = runs[place];
      const settlement = settlements[place];
      if (run === undefined || settlement === undefined) continue;
      this.inHand.remove(run);
      const verdict = verdicts[place];
      if (isCompletedWithin(run, verdict)) this.tellCompletion(run);
      else if (verdict === 'applied' || verdict === 'already-applied') {
        const outcome = asItBecame(run, settlement.outcome, untold);
        this.tell(run, outcome);
        // Told once: with what this worker knows of the run, or else with what the store does.
        if (outcome.kind === 'cancelled') untold = untold?.filter((job) => !isSame(job, run.job));
      } else this.tooLate(run, settlement.outcome, verdict);
    }
    if (untold !== undefined) this.tellEnded(untold);
  }

  /** Of a run nothing is said any more: another process has its job by now, or will. */
  drop(run: TaskRun): void {
    this.lose(run);
    run.end();
    this.inHand.remove(run);
  }

  /** The transaction of its handler's was committed: what the run said at its end came too late, as it should. */
  private tellCompletion(run: TaskRun): void {
    const completion = run.completion as RunCompletion;
    run.error = undefined;
    run.result = completion.value;
    if (completion.isDoubtful) this.settled.tellDoubtful(run);
    else this.tell(run, { kind: 'completed', result: completion.result });
  }

  private tellEnded(jobs: readonly EndedJob[]): void {
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

  private lose({ job }: TaskRun): void {
    this.lost++;
    this.settled.tellLost(job);
  }

  private untold(error: unknown): void {
    this.logger.warn(`The end of a job could not be told: ${toErrorRecord(error).message}`);
  }

  private tooLate(run: TaskRun, outcome: Outcome, verdict: Verdict | undefined): void {
    this.lose(run);
    const { id, name } = run.job;
    this.logger.warn(
      oneLine(
        `The ${outcome.kind} verdict on job ${id} (${name}) came too late (${verdict ?? 'no answer'}): its lease was lost.`,
      ),
    );
  }
}

/** @param verdict on what the run said after it; `unknown` when the record is not kept */
function isCompletedWithin({ completion }: TaskRun, verdict: Verdict | undefined): boolean {
  return completion !== undefined && (verdict === 'already-applied' || verdict === 'unknown');
}

/** A job that is given back after a cancel was requested of it is cancelled by its backend. */
function asItBecame(run: TaskRun, outcome: Outcome, ended: readonly EndedJob[] | undefined): Outcome {
  if (outcome.kind !== 'retry' && outcome.kind !== 'released') return outcome;
  const { interruption } = run;
  if (interruption instanceof TaskCancelledError) return { kind: 'cancelled', reason: interruption.reason };
  const instead = ended?.find((job) => isSame(job, run.job));
  if (instead === undefined || instead.error !== undefined) return outcome;
  return { kind: 'cancelled', reason: instead.cancelReason ?? 'cancelled' };
}

function isSame(a: JobRef, b: JobRef): boolean {
  return a.id === b.id && a.queue === b.queue;
}
