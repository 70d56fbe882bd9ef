import {
  JOB_STATES,
  isQueued,
  type AnyTasks,
  type Counts,
  type EnqueueCallOptions,
  type EnqueueOptions,
  type EnqueueTarget,
  type JobQuery,
  type JobStatus,
  type MappedArguments,
  type MappedPayload,
  type MappedRequest,
  type MappedResult,
  type Page,
  type QueueStatus,
  type QueueBackend,
  type TaskName,
} from '../contract/index.js';
import { assertJobId, assertKnownKeys } from '../config/index.js';
import { assertTaken } from './assert-taken.js';
import type { DequeuedJob, NackOptions } from './dequeued-job.js';
import type { FiringOutcome, FiringRequest } from './firing-batch.js';
import type { DequeueOptions } from './hand-worker.js';
import { JobSnapshot } from './job-snapshot.js';
import { PendingEnqueue } from './pending-enqueue.js';
import { assertFilters, statesOf } from './job-filters.js';
import type { QueueParts } from './queue-parts.js';
import { unsupported } from './refusal.js';

/** States of jobs that wait: neither running nor finished. */
const WAITING_STATES = JOB_STATES.filter(isQueued);

const DEQUEUE_OPTIONS = ['lease', 'max'] as const satisfies readonly (keyof DequeueOptions | 'max')[];
const JOB_FILTERS = [
  'states',
  'name',
  'before',
  'olderThan',
  'order',
  'limit',
  'cursor',
] as const satisfies readonly (keyof JobQuery)[];

/**
 * A lane of jobs on a backend. Injected with `@InjectQueue(name)`, or got from `QueueRegistry`.
 *
 * @typeParam T What the compiler knows of its tasks: names, each with the method or with its payload. A class whose tasks
 * are called like their methods is such a map. Left out, any name and any payload will do. Only types: at run time a queue
 * takes jobs of any task.
 *
 * @example
 * constructor(@InjectQueue('notifications') private readonly notifications: TaskQueue) {}
 * const job = await this.notifications.enqueue('send-email', { to: user.email }, { delay: '1h' });
 *
 * @example
 * @InjectQueue('notifications') private readonly notifications: TaskQueue<{ 'send-email': EmailTasks['send'] }>
 */
export class TaskQueue<T extends object = AnyTasks> implements EnqueueTarget {
  /** @internal */
  constructor(private readonly parts: QueueParts) {}

  get name(): string {
    return this.parts.definition.name;
  }

  /** What the broker calls it. */
  get brokerName(): string {
    return this.parts.definition.brokerName;
  }

  /** The backend that it lives on. */
  get backend(): QueueBackend {
    return this.parts.store.queue;
  }

  /** The name of that backend in the options. */
  get backendName(): string {
    return this.parts.store.name;
  }

  /**
   * Enqueues a call of a task by its name. Calls of one tick travel together.
   *
   * @param name Of a task of this process or of another one.
   * @param payload What the codec can carry; its handler gets a copy.
   * @returns its handle, once the backend has accepted it; with an `id` or `idempotencyKey` that is taken, the handle of the
   * job that has it
   * @throws TaskValidationError, PayloadTooLargeError, InvalidOptionError, InvalidDurationError, InvalidNameError,
   * DependencyUnknownError, DependencyCycleError, QueueFullError, UnsupportedOperationError: nothing was enqueued
   * @throws BackendUnavailableError with the job's id: enqueueing again with it cannot duplicate the job
   */
  enqueue<N extends TaskName<T>>(
    name: N,
    ...call: MappedArguments<T[N]>
  ): Promise<JobSnapshot<MappedPayload<T[N]>, MappedResult<T[N]>>>;
  enqueue(name: string, payload?: unknown, options?: EnqueueOptions): Promise<JobSnapshot> {
    const tracer = this.parts.probes?.tracer;
    if (tracer === undefined) return this.enqueueOne(name, payload, options);
    const call = { queue: this.name, backend: this.backendName, task: name, count: 1 };
    return tracer.trace(call, () => this.enqueueOne(name, payload, options));
  }

  /**
   * Enqueues many jobs in one call of the backend. One bad request refuses the whole call before anything is sent. What
   * the backend refuses (a full queue, an unknown dependency) refuses the whole call too, where the backend can do that;
   * elsewhere it rejects with `PartlyEnqueuedError`.
   *
   * @param requests Name, payload and options of each; `dependsOn` may name ids of the same call.
   * @param options `atomic: true` insists on all or nothing.
   * @returns their handles, in order
   * @throws what `enqueue` throws; TaskValidationError that lists all problems when there are several
   */
  enqueueMany(
    requests: readonly MappedRequest<T>[],
    options: EnqueueCallOptions = {},
  ): Promise<JobSnapshot<MappedPayload<T[TaskName<T>]>, MappedResult<T[TaskName<T>]>>[]> {
    const { batch, probes } = this.parts;
    const enqueue = () => batch.enqueue(requests, options);
    const call = { queue: this.name, backend: this.backendName, count: requests?.length ?? 0 };
    return (probes?.tracer === undefined ? enqueue() : probes.tracer.trace(call, enqueue)) as never;
  }

  /**
   * Takes a job by hand, with a lease like a worker's; it is this caller's to `ack`, `nack` or `extend`.
   * @param options `lease` (default `worker.lease`, 30 s; at least 1 s); `max` jobs at once gives a list.
   * @returns undefined when no job can run now
   * @throws InvalidOptionError, InvalidDurationError
   */
  dequeue(options?: DequeueOptions): Promise<DequeuedJob | undefined>;
  dequeue(options: DequeueOptions & { readonly max: number }): Promise<DequeuedJob[]>;
  async dequeue(
    options: DequeueOptions & { readonly max?: number } = {},
  ): Promise<DequeuedJob[] | DequeuedJob | undefined> {
    assertKnownKeys(options, DEQUEUE_OPTIONS);
    const jobs = await this.parts.hand.dequeue(options.max ?? 1, options);
    return options.max === undefined ? jobs[0] : jobs;
  }

  /** Enqueues firings of schedules. @param at The moment of it, by this process's clock. @internal */
  fire(requests: readonly FiringRequest[], at: number): Promise<FiringOutcome[]> {
    return this.parts.firing.fire(requests, at);
  }

  /** Takes this job by hand, when it can run now. @internal */
  async take(id: string): Promise<DequeuedJob | undefined> {
    if (!this.backend.capabilities.features.claimById) {
      throw unsupported('hand out a job by its id', this.backendName);
    }
    const [job] = await this.parts.hand.dequeue(1, {}, [id]);
    return job;
  }

  /**
   * Completes a job that was taken by hand.
   * @param result What the codec can carry, up to `payload.maxResultSize`.
   * @throws LeaseLostError when it is no longer the caller's; TaskValidationError for a result that cannot be carried, and for
   * what was not taken from this queue; PayloadTooLargeError. The job stays in hand then.
   */
  async ack(job: DequeuedJob, result?: unknown): Promise<void> {
    assertTaken(job, this.name);
    return job.ack(result);
  }

  /**
   * Puts a job that was taken by hand back, or makes it a dead letter with `requeue: false`. Without an `error` the run
   * counts for nothing; with one it is a failed attempt.
   * @throws LeaseLostError when it is no longer the caller's; TaskValidationError for what was not taken from this queue
   */
  async nack(job: DequeuedJob, options: NackOptions = {}): Promise<void> {
    assertTaken(job, this.name);
    return job.nack(options);
  }

  /** @returns undefined when it is not there, or no longer. @throws InvalidNameError */
  async get(id: string): Promise<JobSnapshot | undefined> {
    assertJobId(id);
    const record = await this.parts.store.records.get({ queue: this.name, id });
    return record === undefined ? undefined : new JobSnapshot(record, this.parts.desk);
  }

  /** Cancels a job, running or not. @returns whether it is cancelled, or will be. @throws InvalidNameError */
  async cancel(id: string, reason?: string): Promise<boolean> {
    assertJobId(id);
    return this.parts.desk.cancel({ queue: this.name, id }, reason);
  }

  /** Forgets a job that is not running; jobs that wait for it are cancelled. @returns whether there was one */
  async delete(id: string): Promise<boolean> {
    assertJobId(id);
    return this.parts.desk.remove({ queue: this.name, id });
  }

  /** How many jobs are stored; with a status, or several: how many of them. */
  async count(status?: JobStatus | readonly JobStatus[]): Promise<number> {
    const states = status === undefined ? JOB_STATES : statesOf(status);
    const counts = await this.counts();
    return states.reduce((total, state) => total + counts[state], 0);
  }

  /** The queue at a glance: how many jobs are in each state, whether it is paused, since when the job that waits longest is ready. */
  async status(): Promise<QueueStatus> {
    const [status] = await this.backend.inspect([this.name]);
    return status as QueueStatus;
  }

  /** How many jobs are in each state. */
  async counts(): Promise<Counts> {
    return (await this.status()).counts;
  }

  /**
   * Removes the jobs that wait: neither running nor finished. With states: those; running jobs are left alone.
   * @returns how many
   */
  async clear(states: JobStatus | readonly JobStatus[] = WAITING_STATES): Promise<number> {
    const cleared = await this.backend.clear(this.name, statesOf(states, 'states'));
    this.parts.desk.cleared(this.name);
    return cleared;
  }

  /** Hands out no job, to any process, until `resume`. What runs goes on. */
  pause(): Promise<void> {
    return this.backend.pause(this.name);
  }

  resume(): Promise<void> {
    return this.backend.resume(this.name);
  }

  /**
   * Lists jobs a page at a time, each state in its own order (see {@link JobQuery}). A page may be short, even empty, and still have a cursor.
   * @param query States, task name, `before` or `olderThan` of finished ones, the order, `limit` (1 to 1,000, default 100), `cursor` of the page before.
   * @throws InvalidOptionError for a key or a value that does not exist, TaskValidationError for a cursor of another backend
   */
  async jobs(query: Omit<JobQuery, 'queue'> = {}): Promise<Page<JobSnapshot>> {
    assertKnownKeys(query, JOB_FILTERS);
    if (query.states !== undefined) statesOf(query.states, 'states');
    assertFilters(query);
    const { items, cursor } = await this.backend.find({ ...query, queue: this.name });
    const jobs = items.map((record) => new JobSnapshot(record, this.parts.desk));
    return cursor === undefined ? { items: jobs } : { items: jobs, cursor };
  }

  /** Calls with a transaction travel alone: nobody else's are to be undone with it. */
  private async enqueueWithin(
    name: string,
    payload: unknown,
    { tx, ...options }: EnqueueOptions,
  ): Promise<JobSnapshot> {
    const [job] = await this.parts.batch.enqueue([{ ...options, name, payload }], { tx });
    return job as JobSnapshot;
  }

  private enqueueOne(name: string, payload?: unknown, options?: EnqueueOptions): Promise<JobSnapshot> {
    if (options?.tx !== undefined) return this.enqueueWithin(name, payload, options);
    if (options?.dependsOn !== undefined) return this.enqueueDependent(name, payload, options);
    return new Promise((resolve, reject) => {
      const { maker, gather, intake } = this.parts;
      const made = maker.make(name, payload, options);
      if (!(made instanceof Promise)) gather.push(new PendingEnqueue(made, intake, resolve, reject));
      else made.then((job) => gather.push(new PendingEnqueue(job, intake, resolve, reject)), reject);
    });
  }

  private async enqueueDependent(
    name: string,
    payload: unknown,
    options: EnqueueOptions,
  ): Promise<JobSnapshot> {
    const { maker, resolver, gather, intake } = this.parts;
    const dependsOn = resolver.read(options.dependsOn);
    const made = await maker.make(name, payload, options);
    const [job = made] = await resolver.resolve([{ job: made, dependsOn }]);
    return new Promise((resolve, reject) => gather.push(new PendingEnqueue(job, intake, resolve, reject)));
  }
}
