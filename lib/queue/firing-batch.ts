import type { EnqueueOptions, EnqueueVerdict, JobRef, Ms, NewJob } from '../contract/index.js';
import type { StoreLink } from '../state/index.js';
import type { EnqueueGather } from './enqueue-gather.js';
import type { JobIntake } from './job-intake.js';
import type { NewJobMaker } from './new-job-maker.js';
import { refusalError } from './refusal.js';

/** One firing of a schedule, as its queue is asked to take it. */
export interface FiringRequest {
  readonly task: string;
  readonly payload: unknown;
  readonly options: Pick<EnqueueOptions, 'priority' | 'maxRetries' | 'timeout'>;
  /** Of the slot: the same for every process that fires it. */
  readonly key: string;
  readonly keyTtl: Ms;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds by the store's clock; undefined: at once. */
  readonly dueAt?: number | undefined;
  /** Jobs of other schedules to wait for. */
  readonly parents: readonly JobRef[];
}

/** What became of it. An error says why nothing was enqueued. */
export type FiringOutcome =
  { readonly job: JobRef; readonly isNew: boolean; readonly error?: undefined } | { readonly error: unknown };

export interface FiringBatchParts {
  readonly store: StoreLink;
  readonly maker: NewJobMaker;
  readonly intake: JobIntake;
  readonly gather: EnqueueGather;
}

/** Enqueues firings of schedules, each with an outcome of its own. */
export class FiringBatch {
  constructor(private readonly parts: FiringBatchParts) {}

  async fire(requests: readonly FiringRequest[], at: number): Promise<FiringOutcome[]> {
    const made = await Promise.all(requests.map((request) => this.make(request)));
    const outcomes = await this.send(made, at);
    const again = made.map((job, place) =>
      isOrphan(job, outcomes[place]) ? withoutParents(job) : undefined,
    );
    if (again.every((job) => job === undefined)) return outcomes;
    // Parents that are no longer known have ended long ago; a dead letter would still be there.
    const second = await this.send(again, at);
    return outcomes.map((outcome, place) =>
      again[place] === undefined ? outcome : (second[place] ?? outcome),
    );
  }

  /** Sends those that are jobs; the others are errors, or left out. */
  private async send(made: readonly (NewJob | Error | undefined)[], at: number): Promise<FiringOutcome[]> {
    const jobs = made.filter((job): job is NewJob => job !== undefined && !(job instanceof Error));
    const { store, gather } = this.parts;
    let verdicts: EnqueueVerdict[] = [];
    let trouble: unknown;
    try {
      gather.flush();
      if (jobs.length > 0) verdicts = await store.queue.enqueue(jobs);
    } catch (error) {
      trouble = error;
    }
    const byJob = new Map(jobs.map((job, place) => [job, verdicts[place]]));
    return made.map((job) => {
      if (job === undefined || job instanceof Error) return { error: job };
      const verdict = byJob.get(job);
      return verdict === undefined ? { error: trouble } : this.outcome(job, verdict, at);
    });
  }

  private outcome(job: NewJob, verdict: EnqueueVerdict, at: number): FiringOutcome {
    if (verdict.status === 'refused') return { error: refusalError(verdict, job, this.parts.store.name) };
    const isNew = verdict.status === 'created';
    // Told like any other job that its queue has taken in.
    if (isNew) void Promise.resolve(this.parts.intake.accept(job, verdict, at)).catch(() => undefined);
    return { job: { queue: job.queue, id: verdict.id }, isNew };
  }

  /** What cannot be made is an error of this firing alone. */
  private async make(request: FiringRequest): Promise<NewJob | Error> {
    const { task, payload, options, key, keyTtl, headers, dueAt, parents } = request;
    try {
      const job = await this.parts.maker.make(task, payload, options);
      return {
        ...job,
        delay: undefined,
        dueAt,
        idempotency: { key, ttl: keyTtl },
        headers: { ...job.headers, ...headers },
        dependsOn: parents.length === 0 ? undefined : { jobs: parents, onFailure: 'fail' },
      };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

function isOrphan(job: NewJob | Error, outcome: FiringOutcome | undefined): job is NewJob {
  const { code } = (outcome?.error ?? {}) as { code?: unknown };
  return !(job instanceof Error) && job.dependsOn !== undefined && code === 'TASKS_DEPENDENCY_UNKNOWN';
}

const withoutParents = (job: NewJob): NewJob => ({ ...job, dependsOn: undefined });
