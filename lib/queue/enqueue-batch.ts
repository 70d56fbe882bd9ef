import type { Clock, EnqueueCallOptions, EnqueueRequest, EnqueueVerdict, NewJob } from '../contract/index.js';
import { assertKnownKeys } from '../config/index.js';
import {
  InvalidOptionError,
  isInstance,
  PartlyEnqueuedError,
  TaskError,
  TaskValidationError,
} from '../errors/index.js';
import type { StoreLink } from '../state/index.js';
import type { DependencyResolver, DependentJob } from './dependency-resolver.js';
import { troubleOf, type EnqueueGather } from './enqueue-gather.js';
import type { JobIntake } from './job-intake.js';
import type { JobSnapshot } from './job-snapshot.js';
import type { NewJobMaker } from './new-job-maker.js';
import { noTransactions, refusalError, unsupported, type RefusedVerdict } from './refusal.js';

export interface EnqueueBatchParts {
  readonly queue: string;
  /** Its other name. */
  readonly alias: string | undefined;
  readonly maxSize: number | undefined;
  readonly store: StoreLink;
  readonly gather: EnqueueGather;
  readonly maker: NewJobMaker;
  readonly resolver: DependencyResolver;
  readonly intake: JobIntake;
  readonly clock: Clock;
}

interface Problem {
  readonly index: number;
  readonly error: TaskError;
}

/** Lines of a message about many bad requests; `issues` has them all. */
const SHOWN = 20;
const BATCH_OPTIONS = ['atomic', 'tx'] as const satisfies readonly (keyof EnqueueCallOptions)[];

/** Enqueues many jobs with one call of the backend: all of them, or, where the backend can, none. */
export class EnqueueBatch {
  constructor(private readonly parts: EnqueueBatchParts) {}

  async enqueue(requests: readonly EnqueueRequest[], options: EnqueueCallOptions): Promise<JobSnapshot[]> {
    if (!Array.isArray(requests))
      throw new InvalidOptionError([{ path: 'requests', message: 'must be a list' }]);
    assertKnownKeys(options, BATCH_OPTIONS);
    const reading = this.read(requests);
    // Without a hop where nothing is to be waited for: calls of one tick keep their order.
    const dependents = reading instanceof Promise ? await reading : reading;
    const isLinked = dependents.some(({ dependsOn }) => dependsOn.length > 0);
    const jobs = isLinked ? await this.parts.resolver.resolve(dependents) : dependents.map(({ job }) => job);
    if (jobs.length === 0) return [];
    const isAtomic = this.atomicity(options, isLinked);
    const verdicts = await this.send(jobs, { atomic: isAtomic, tx: options.tx });
    const refused = this.refusals(jobs, verdicts);
    if (refused.length > 0) throw this.refusal(jobs, verdicts, refused);
    if (options.tx === undefined) return this.accept(jobs, verdicts);
    const at = this.parts.clock.now();
    return jobs.map((job, place) =>
      this.parts.intake.acceptWithin(job, verdicts[place] as EnqueueVerdict, at),
    );
  }

  private async accept(jobs: readonly NewJob[], verdicts: readonly EnqueueVerdict[]): Promise<JobSnapshot[]> {
    const accepted: JobSnapshot[] = [];
    const looking: Promise<void>[] = [];
    const at = this.parts.clock.now();
    jobs.forEach((job, place) => {
      const outcome = this.parts.intake.accept(job, verdicts[place] as EnqueueVerdict, at);
      if (outcome instanceof Promise) looking.push(outcome.then((found) => void (accepted[place] = found)));
      else accepted[place] = outcome;
    });
    if (looking.length > 0) await Promise.all(looking);
    return accepted;
  }

  /** Every request, checked; all problems at once, and then nothing is sent. */
  private read(requests: readonly EnqueueRequest[]): DependentJob[] | Promise<DependentJob[]> {
    const problems: Problem[] = [];
    const refuse = (index: number, error: unknown): undefined => {
      problems.push({ index, error: error as TaskError });
    };
    type Read = DependentJob | undefined;
    const reading = Array.from(requests, (request, index): Read | Promise<Read> => {
      try {
        const read = this.readOne(request);
        return read instanceof Promise ? read.catch((error: unknown) => refuse(index, error)) : read;
      } catch (error) {
        return refuse(index, error);
      }
    });
    const conclude = (read: unknown[]): DependentJob[] => {
      if (problems.length > 0) throw asOne(problems, requests.length);
      return read as DependentJob[];
    };
    if (!reading.some((read) => read instanceof Promise)) return conclude(reading);
    return Promise.all(reading.map((read) => Promise.resolve(read))).then(conclude);
  }

  private readOne(request: EnqueueRequest): DependentJob | Promise<DependentJob> {
    const { queue, alias, maker, resolver } = this.parts;
    if (typeof request !== 'object' || request === null) {
      throw new InvalidOptionError([{ path: '', message: 'must be an object with a name' }]);
    }
    const { queue: meant } = request as { queue?: unknown };
    if (meant !== undefined && meant !== queue && meant !== alias) {
      throw new InvalidOptionError([{ path: 'queue', message: `is "${queue}" here` }]);
    }
    // Before the payload is checked: nobody would hear of a check that fails after this has thrown.
    const dependsOn = resolver.read(request.dependsOn);
    const made = maker.make(request.name, request.payload, request, ['name', 'payload', 'queue']);
    return made instanceof Promise ? made.then((job) => ({ job, dependsOn })) : { job: made, dependsOn };
  }

  /** All or nothing, when the caller says so, or when something could be refused and the backend can. It costs it a rehearsal. */
  private atomicity({ atomic, tx }: EnqueueCallOptions, isLinked: boolean): boolean {
    const { store, maxSize } = this.parts;
    const { features } = store.queue.capabilities;
    if (tx !== undefined && !features.transactions) {
      if (store.outbox === undefined) throw noTransactions(store.name);
      // All of them are written in one statement of the transaction, and no broker is asked.
      return true;
    }
    if (atomic === true && !features.atomicEnqueue) throw unsupported('enqueue all or nothing', store.name);
    return atomic ?? (features.atomicEnqueue && (isLinked || maxSize !== undefined));
  }

  private async send(jobs: readonly NewJob[], options: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const { gather, store } = this.parts;
    const { tx } = options;
    gather.flush();
    try {
      if (tx !== undefined && !store.queue.capabilities.features.transactions) {
        await store.outbox?.add(jobs, tx);
        return jobs.map(({ id }) => ({ status: 'created', id }));
      }
      return await store.queue.enqueue(jobs, options);
    } catch (error) {
      throw troubleOf(error, store.name, ...jobs);
    }
  }

  private refusals(jobs: readonly NewJob[], verdicts: readonly EnqueueVerdict[]): Problem[] {
    return jobs.flatMap((job, index) => {
      const verdict = verdicts[index];
      return verdict?.status === 'refused'
        ? [{ index, error: refusalError(verdict, job, this.parts.store.name) }]
        : [];
    });
  }

  /** One refusal refuses the others of an atomic call with `TASKS_VALIDATION`: what is told is the one that began it. */
  private refusal(
    jobs: readonly NewJob[],
    verdicts: readonly EnqueueVerdict[],
    refused: readonly Problem[],
  ): TaskError {
    const first = refused.find(
      ({ index }) => (verdicts[index] as RefusedVerdict).code !== 'TASKS_VALIDATION',
    );
    if (refused.length === jobs.length) return (first ?? refused[0])?.error as TaskError;
    const accepted = jobs.filter((_job, index) => verdicts[index]?.status !== 'refused');
    return new PartlyEnqueuedError(
      accepted.map(({ queue, id }) => ({ queue, id })),
      refused,
    );
  }
}

/** A single problem keeps its own error; several become one that lists them by their place in the call. */
function asOne(problems: readonly Problem[], count: number): unknown {
  const ordered = problems.toSorted((a, b) => a.index - b.index);
  const foreign = ordered.find(({ error }) => !isInstance(error, TaskError));
  if (foreign !== undefined) return foreign.error;
  const [first] = ordered;
  if (first !== undefined && ordered.length === 1) return first.error;
  const issues = ordered.map(({ index, error }) => ({ path: String(index), message: error.message }));
  const lines = issues
    .slice(0, SHOWN)
    .map(({ path, message }) => `  - ${path}: ${message.replaceAll('\n', '\n    ')}`);
  if (issues.length > SHOWN) lines.push(`  … and ${issues.length - SHOWN} more`);
  const message = `${issues.length} of ${count} requests cannot be enqueued, so none was:\n${lines.join('\n')}`;
  return new TaskValidationError(message, { issues, cause: first?.error });
}
