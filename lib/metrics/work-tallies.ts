import type { ClaimedJob, EndedJob, ErrorRecord, NewJob, Outcome } from '../contract/index.js';
import { ERROR_CATALOGUE } from '../errors/index.js';
import type { AnsweredClaim, ProbedRun, WorkProbe } from '../events/index.js';
import { ClaimTally } from './claim-tally.js';
import type { TallyTable } from './tally-table.js';
import type { RunOutcome } from './task-tally.js';

const OUTCOME_OF: Readonly<Record<Outcome['kind'], RunOutcome>> = {
  completed: 'completed',
  retry: 'retrying',
  failed: 'failed',
  cancelled: 'cancelled',
  released: 'released',
};

/** Counts what this process does. Every call is a look-up and some additions: text is made when somebody scrapes. */
export class WorkTallies implements WorkProbe {
  readonly claims: ReadonlyMap<string, ClaimTally>;
  leasesLost = 0;

  /** @param backends names of their entries */
  constructor(
    readonly tasks: TallyTable,
    backends: readonly string[],
  ) {
    this.claims = new Map(backends.map((backend) => [backend, new ClaimTally({ backend })]));
  }

  enqueued(job: NewJob): void {
    this.tasks.of(job.queue, job.name).enqueued++;
  }

  claimed({ backend, jobs, settled, took }: AnsweredClaim): void {
    const tally = this.claims.get(backend);
    if (tally === undefined) return;
    tally.jobs.observe(jobs.length);
    tally.settled.observe(settled);
    tally.took.observe(took / 1_000);
  }

  claimFailed(backend: string): void {
    const tally = this.claims.get(backend);
    if (tally !== undefined) tally.failures++;
  }

  /** A job that runs again has waited for its backoff too: only first starts tell how far the workers are behind. */
  started({ job, attempt, startedAt }: ProbedRun): void {
    if (attempt > 1 || job.extra?.replays) return;
    this.tasks.of(job.queue, job.name).wait.observe(Math.max(0, startedAt - job.createdAt) / 1_000);
  }

  settled({ job, hasBegun, duration }: ProbedRun, outcome: Outcome): void {
    const tally = this.tasks.of(job.queue, job.name);
    tally.outcomes[OUTCOME_OF[outcome.kind]]++;
    if (hasBegun) tally.run.observe(duration / 1_000);
    if (outcome.kind === 'failed') tally.bury(reasonOf(outcome.error));
  }

  lost(job: ClaimedJob): void {
    this.leasesLost++;
    this.tasks.of(job.queue, job.name).outcomes.lost++;
  }

  ended({ queue, name, error }: EndedJob): void {
    if (error !== undefined) this.tasks.of(queue, name).bury(reasonOf(error));
  }
}

/** One of our codes, which are as many as the catalogue has; `error` for all that handlers throw. */
function reasonOf({ code }: ErrorRecord): string {
  return code !== undefined && Object.hasOwn(ERROR_CATALOGUE, code) ? code : 'error';
}
