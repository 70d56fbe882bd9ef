import type {
  EnqueueOptions,
  Job,
  PayloadArguments,
  PayloadOf,
  ResultOf,
  TaskSignature,
} from '../contract/index.js';
import { assertJobId, assertTaskName, DEFAULT_QUEUE } from '../config/index.js';
import { TaskNotFoundError } from '../errors/index.js';
import { locateJob } from '../state/index.js';
import type { JobDesk } from './job-desk.js';
import { JobSnapshot } from './job-snapshot.js';
import type { QueueRegistry } from './queue-registry.js';
import type { TaskCatalogue } from './task-catalogue.js';
import type { TaskFinder } from './task-finder.js';

/** Options of a call that may also choose its queue. */
export interface ManagedEnqueueOptions extends EnqueueOptions {
  /** Default: the task's own queue. */
  readonly queue?: string | undefined;
}

type TaskMethod = (...args: never[]) => unknown;

/**
 * Enqueues calls of any task, and finds jobs by their bare id on every queue that the app declares.
 *
 * @example
 * constructor(private readonly tasks: TaskManager) {}
 * await this.tasks.enqueue(EmailTasks.prototype.send, { to: user.email }, { delay: '1h' });
 * await this.tasks.enqueue('send-email', { to: user.email }, { queue: 'bulk' });
 * await this.tasks.enqueue(signature);
 */
export class TaskManager {
  /** @internal */
  constructor(
    private readonly queues: QueueRegistry,
    private readonly catalogue: TaskCatalogue,
    private readonly finder: TaskFinder,
    private readonly desk: JobDesk,
  ) {}

  /**
   * Enqueues a call of the task that an unbound method is, typed by it.
   * @throws TaskNotFoundError when the method is no `@Task`; else what `TaskQueue.enqueue` throws
   */
  enqueue<M extends TaskMethod>(
    task: M,
    ...call: PayloadArguments<PayloadOf<M>, ManagedEnqueueOptions>
  ): Promise<Job<PayloadOf<M>, ResultOf<M>>>;
  /** Enqueues a call of a task by its name; another process may have its handler. */
  enqueue(task: string, payload?: unknown, options?: ManagedEnqueueOptions): Promise<Job>;
  /** Enqueues a call that was made before, by `TaskHandle.signature` or as a `JobTemplate`; `options` go before its own. */
  enqueue<P, R>(call: TaskSignature<P, R>, options?: ManagedEnqueueOptions): Promise<Job<P, R>>;
  async enqueue(
    task: string | TaskMethod | TaskSignature,
    payloadOrOptions?: unknown,
    options?: ManagedEnqueueOptions,
  ): Promise<Job> {
    if (typeof task === 'object' && task !== null)
      return this.enqueueCall(task, payloadOrOptions as ManagedEnqueueOptions);
    const name = typeof task === 'function' ? this.nameOf(task) : task;
    assertTaskName(name);
    return this.send(name, payloadOrOptions, options, this.catalogue.get(name)?.queue);
  }

  /**
   * Ids are unique within a queue. An id of your own that several queues have is refused unless the call says which is meant.
   *
   * @param queue Its queue, when known. Default: looks through all declared ones.
   * @returns undefined when no declared queue has it
   * @throws TaskValidationError when several queues have it, InvalidNameError, UnknownQueueError, BackendUnavailableError
   */
  async get(jobId: string, queue?: string): Promise<Job | undefined> {
    assertJobId(jobId);
    const record = await locateJob(this.queues, jobId, queue);
    return record === undefined ? undefined : new JobSnapshot(record, this.desk);
  }

  /**
   * Cancels a job, running or not.
   * @param queue As of `get`.
   * @returns whether it is cancelled, or will be; false when it is not there
   * @throws TaskValidationError when several queues have it: none is cancelled
   */
  async cancel(jobId: string, reason?: string, queue?: string): Promise<boolean> {
    const job = await this.get(jobId, queue);
    return job === undefined ? false : job.cancel(reason);
  }

  /**
   * Forgets a job that is not running; jobs that wait for it are cancelled.
   * @param queue As of `get`.
   * @returns whether there was one
   * @throws TaskValidationError when several queues have it: none is deleted
   */
  async delete(jobId: string, queue?: string): Promise<boolean> {
    const job = await this.get(jobId, queue);
    return job === undefined ? false : this.desk.remove(job);
  }

  private enqueueCall(call: TaskSignature, options: ManagedEnqueueOptions | undefined): Promise<Job> {
    return this.send(call.name, call.payload, { ...call.options, ...options }, call.queue);
  }

  private send(
    name: string,
    payload: unknown,
    options: ManagedEnqueueOptions | undefined,
    ownQueue: string | undefined,
  ): Promise<Job> {
    if (options?.queue === undefined) {
      return this.queues.get(ownQueue ?? DEFAULT_QUEUE).enqueue(name, payload, options);
    }
    const { queue, ...own } = options;
    return this.queues.get(queue).enqueue(name, payload, own);
  }

  private nameOf(method: TaskMethod): string {
    const task = this.finder.ofFunction(method);
    if (task !== undefined) return task.name;
    const name = method.name || 'an anonymous function';
    throw new TaskNotFoundError(name, 'Pass a method with `@Task()`, unbound: `EmailTasks.prototype.send`.');
  }
}
