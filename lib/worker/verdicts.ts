import type { Outcome, Verdict } from '../contract/index.js';
import { TaskCancelledError } from '../errors/index.js';
import type { TaskRun } from '../execution/index.js';
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

  conclude({ runs, settlements }: Batch, verdicts: readonly Verdict[]): void {
    for (let place = 0; place < runs.length; place++) {
      const run = runs[place];
      const settlement = settlements[place];
      if (run === undefined || settlement === undefined) continue;
      this.inHand.remove(run);
      const verdict = verdicts[place];
      if (verdict === 'applied' || verdict === 'already-applied') {
        this.settled.tell(run, asItBecame(run, settlement.outcome));
      } else this.tooLate(run, settlement.outcome, verdict);
    }
  }

  private tooLate(run: TaskRun, outcome: Outcome, verdict: Verdict | undefined): void {
    this.late++;
    this.logger.warn(
      `The ${outcome.kind} verdict on job ${run.job.id} (${run.job.name}) came too late (${verdict ?? 'no answer'}): its lease was lost.`,
    );
  }
}

/** A job that is given back after a cancel was requested of it is cancelled by its backend. */
function asItBecame(run: TaskRun, outcome: Outcome): Outcome {
  if (outcome.kind !== 'retry' && outcome.kind !== 'released') return outcome;
  const { interruption } = run;
  return interruption instanceof TaskCancelledError
    ? { kind: 'cancelled', reason: interruption.reason }
    : outcome;
}
