import {
  ENVELOPE_VERSION,
  Priority,
  type Capabilities,
  type Clock,
  type EnqueueOptions,
  type Ms,
  type NewJob,
  type TaskSchema,
} from '../contract/index.js';
import { exceeds, type CodecSet } from '../codecs/index.js';
import { assertKey, assertTaskName } from '../config/index.js';
import type { TaskContextCarriers } from '../context/index.js';
import { PayloadTooLargeError, TaskValidationError } from '../errors/index.js';
import { checkPayload } from '../schemas/index.js';
import { momentOf, NO_OPTIONS, readCallOptions, type CallOptions, type ExtraKey } from './call-options.js';
import { withContext } from './job-headers.js';
import type { JobIds } from './job-ids.js';
import { unsupported } from './refusal.js';
import type { TaskCatalogue, TaskDefinition } from './task-catalogue.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What every enqueue of this process goes by. */
export interface EnqueueRules {
  readonly clock: Clock;
  readonly ids: JobIds;
  readonly codecs: CodecSet;
  readonly catalogue: TaskCatalogue;
  /** Bytes. */
  readonly maxPayload: number;
  /** Of a task that this process does not know. */
  readonly maxRetries: number;
  readonly maxTimeout: Ms | undefined;
  readonly idempotencyTtl: Ms;
  readonly context: TaskContextCarriers;
}

/**
 * Turns a call into the job that a backend is handed: checks it, fills in the defaults (the call's own options, then the
 * task's, then the module's) and encodes its payload, once. Throws before anything is sent.
 *
 * A task's schema is applied to what the codec makes of the payload, as it will be when the job runs: what passes here fits
 * there as well, as long as the schema stays the same. What the schema gives is dropped.
 */
export class NewJobMaker {
  constructor(
    private readonly queue: string,
    private readonly backend: { readonly name: string; readonly capabilities: Capabilities },
    private readonly rules: EnqueueRules,
  ) {}

  /** @returns the job; a promise of it only where the task's schema is asynchronous */
  make(
    name: string,
    payload: unknown,
    options?: EnqueueOptions,
    extra?: readonly ExtraKey[],
  ): NewJob | Promise<NewJob> {
    const { catalogue, codecs, ids, maxPayload, context } = this.rules;
    const task = catalogue.get(name);
    if (task === undefined) assertTaskName(name);
    const call = options === undefined ? NO_OPTIONS : readCallOptions(options, extra);
    const dueAt = this.dueAtOf(call, task);
    // Every job has every field in this order: one hidden class, whatever the call said.
    const job: Writable<NewJob> = {
      queue: this.queue,
      id: call.id ?? ids.next(),
      name,
      payload: undefined,
      codec: codecs.encoder.name,
      version: ENVELOPE_VERSION,
      priority: call.priority ?? task?.priority ?? Priority.NORMAL,
      maxRetries: call.maxRetries ?? task?.maxRetries ?? this.rules.maxRetries,
      maxStalled: undefined,
      timeout: this.timeoutOf(call, task),
      delay: dueAt === undefined ? this.delayOf(call, task) : undefined,
      dueAt,
      key: undefined,
      weight: undefined,
      idempotency: undefined,
      unique: undefined,
      dependsOn: undefined,
      headers: context.isEmpty ? call.headers : withContext(call.headers, context),
      repeat: call.id === undefined ? undefined : true,
      external: undefined,
    };
    job.payload = codecs.encode(payload, job, 'payload');
    const size = exceeds(job.payload, maxPayload);
    if (size !== undefined) throw new PayloadTooLargeError(size, maxPayload);
    const checking = task?.schema === undefined ? undefined : this.check(job, task.schema);
    if (checking instanceof Promise) return this.whenChecked(checking, job, call, task, payload);
    job.idempotency = this.idempotencyOf(call, task, payload);
    return job;
  }

  private check(job: NewJob, schema: TaskSchema): unknown {
    return checkPayload(job.name, schema, this.rules.codecs.decode(job.codec, job.payload, job, 'payload'));
  }

  /**
   * The job is that of the call as it was made: its caller may change the payload meanwhile, and its delay counts from there. A
   * payload that breaks the schema is refused for that, rather than because its key cannot be made.
   */
  private async whenChecked(
    checking: Promise<unknown>,
    job: Writable<NewJob>,
    ...[call, task, payload]: Parameters<NewJobMaker['idempotencyOf']>
  ): Promise<NewJob> {
    const { clock } = this.rules;
    const since = clock.now();
    const [idempotency] = await Promise.allSettled([
      new Promise<NewJob['idempotency']>((resolve) => resolve(this.idempotencyOf(call, task, payload))),
      checking,
    ]);
    await checking;
    if (idempotency.status === 'rejected') throw idempotency.reason;
    job.idempotency = idempotency.value;
    if (job.delay !== undefined) job.delay = Math.max(0, job.delay - (clock.now() - since)) || undefined;
    return job;
  }

  /** Undefined for a task that is not known here, when the call does not say: the worker's default then holds. */
  private timeoutOf(call: CallOptions, task: TaskDefinition | undefined): Ms | undefined {
    if (call.timeout === undefined) return task?.timeout;
    return Math.min(call.timeout, this.rules.maxTimeout ?? Infinity);
  }

  private delayOf(call: CallOptions, task: TaskDefinition | undefined): Ms | undefined {
    const delay = call.delay ?? task?.delay;
    if (delay === undefined || delay === 0) return undefined;
    this.assertDelay(delay);
    return delay;
  }

  /** The store decides by its own clock when it is due; only whether it is too far away is told by this one. */
  private dueAtOf(call: CallOptions, task: TaskDefinition | undefined): number | undefined {
    if (call.delay !== undefined) return undefined;
    const { dueAt = task?.delay === undefined ? scheduleOf(task) : undefined } = call;
    if (dueAt === undefined) return undefined;
    this.assertDelay(Math.ceil(dueAt - this.rules.clock.now()));
    return dueAt;
  }

  private assertDelay(delay: Ms): void {
    const { name, capabilities } = this.backend;
    if (delay <= capabilities.maxDelay) return;
    throw unsupported(`delay a job by ${delay} ms; ${capabilities.maxDelay} ms is its longest delay`, name);
  }

  private idempotencyOf(
    call: CallOptions,
    task: TaskDefinition | undefined,
    payload: unknown,
  ): NewJob['idempotency'] {
    const key = call.idempotencyKey ?? keyOfTask(task, payload);
    if (key === undefined) return undefined;
    const { name, capabilities } = this.backend;
    if (!capabilities.features.idempotency) throw unsupported('keep idempotency keys', name);
    return { key, ttl: this.rules.idempotencyTtl };
  }
}

function scheduleOf(task: TaskDefinition | undefined): number | undefined {
  return task?.scheduleAt === undefined ? undefined : momentOf('scheduleAt', task.scheduleAt);
}

function keyOfTask(task: TaskDefinition | undefined, payload: unknown): string | undefined {
  const key = task?.idempotencyKey;
  if (key === undefined) return undefined;
  const value = typeof key === 'string' ? key : callKey(key, payload, task?.name ?? '');
  if (value !== undefined) assertKey(value);
  return value;
}

function callKey(
  key: (payload: never) => string | undefined,
  payload: unknown,
  task: string,
): string | undefined {
  try {
    return key(payload as never);
  } catch (cause) {
    throw new TaskValidationError(`The idempotency key of task "${task}" cannot be made of its payload.`, {
      cause,
    });
  }
}
