import { v7 as uuidv7 } from 'uuid';
import type { EnqueueOptions, EnqueueRequest, Job, TaskSignature } from '../contract/index.js';
import { assertJobId, assertQueueName, assertTaskName, DEFAULT_QUEUE, toMs } from '../config/index.js';
import { readCallOptions } from './call-options.js';

/** What every job of a template has in common: an id belongs to one job, and so do what it waits for and what it is committed with. */
export type TemplateOptions = Omit<EnqueueOptions, 'id' | 'dependsOn' | 'tx'>;

/** A {@link JobTemplate} as plain data. */
export interface JobTemplateData<P = unknown> {
  readonly name: string;
  /** Default: `default` of the primary backend. */
  readonly queue?: string;
  readonly payload?: P;
  /** Default: none. */
  readonly options?: TemplateOptions;
}

/** One job of a template, ready for `TaskQueue.enqueueMany`. */
export interface TemplateJob extends EnqueueRequest {
  readonly id: string;
  readonly queue: string;
}

/**
 * A call to be made again and again: a task, its payload, its options and its queue, without an id.
 *
 * @example
 * const reminder = new JobTemplate('send-email', { template: 'reminder' }, { priority: Priority.LOW }, 'bulk');
 * await tasks.enqueue(reminder);
 * await queue.enqueueMany([reminder.create(), reminder.create('reminder:42')]);
 */
export class JobTemplate<P = unknown, R = unknown> implements TaskSignature<P, R> {
  declare readonly __result?: R;

  /**
   * @param queue Default: `default` of the primary backend.
   * @throws InvalidNameError, InvalidOptionError, InvalidDurationError
   */
  constructor(
    readonly name: string,
    readonly payload: P,
    readonly options: TemplateOptions = {},
    readonly queue: string = DEFAULT_QUEUE,
  ) {
    assertTaskName(name);
    assertQueueName(queue);
    readCallOptions(options);
  }

  /** The call that a job was, to be made once more. */
  static from<P, R>(job: Job<P, R>): JobTemplate<P, R> {
    const { priority, maxRetries, timeout } = job;
    const options = timeout === undefined ? { priority, maxRetries } : { priority, maxRetries, timeout };
    return new JobTemplate<P, R>(job.name, job.payload, options, job.queue);
  }

  static fromJSON<P = unknown, R = unknown>(data: JobTemplateData<P>): JobTemplate<P, R> {
    const { delay, scheduleAt, ...rest } = data.options ?? {};
    const options: TemplateOptions = {
      ...rest,
      ...(delay === undefined ? {} : { delay: revivedDelay(delay) }),
      ...(scheduleAt === undefined ? {} : { scheduleAt: new Date(scheduleAt) }),
    };
    return new JobTemplate<P, R>(data.name, data.payload as P, options, data.queue);
  }

  /**
   * A job of this template.
   * @param id Default: a UUIDv7.
   * @throws InvalidNameError
   */
  create(id: string = uuidv7()): TemplateJob {
    assertJobId(id);
    return { ...this.options, id, name: this.name, payload: this.payload, queue: this.queue };
  }

  toJSON(): JobTemplateData<P> {
    const { name, queue, payload, options } = this;
    return { name, queue, ...(payload === undefined ? {} : { payload }), options };
  }
}

/** A moment has become a text on its way through JSON; a duration stays what it was. */
function revivedDelay(delay: NonNullable<TemplateOptions['delay']>): NonNullable<TemplateOptions['delay']> {
  if (typeof delay !== 'string') return delay;
  try {
    toMs(delay);
    return delay;
  } catch {
    const moment = new Date(delay);
    return Number.isNaN(moment.getTime()) ? delay : moment;
  }
}
