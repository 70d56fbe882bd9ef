import type {
  ClaimedJob,
  DependencyResult,
  Ms,
  ParentOutcome,
  Payload,
  Progress,
  TaskExecutionContext,
  Transaction,
} from '../contract/index.js';
import {
  isInstance,
  LeaseLostError,
  PayloadTooLargeError,
  TaskValidationError,
  UnsupportedOperationError,
} from '../errors/index.js';
import type { Interruptible, RunGuard } from '../middleware/index.js';
import { exceeds } from '../codecs/index.js';
import { encodeResult } from './encode-result.js';
import type { RunCompletion } from './run-completion.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { RunnableTask, RunOwner } from './ports.js';
import { ProgressReporter } from './progress-reporter.js';
import { outcomeOfError } from './retry-policy.js';
import type { RunEnvironment } from './run-environment.js';

/** Characters of what a run says of its progress, as of an error. */
const LONGEST_MESSAGE = 4_096;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const NO_DEPENDENCIES: readonly DependencyResult[] = Object.freeze([]);

/**
 * One run of one job: its context, and what the worker keeps of it. One object of a fixed shape a job; whatever not every
 * job needs (signal, metadata, progress, headers, dependencies) is made when it is asked for.
 */
export class TaskRun implements TaskExecutionContext, Interruptible {
  payload: unknown = undefined;
  /** Where the worker keeps it among the runs in hand. */
  index = -1;
  /** Whether its handler, or what stands before it, was called. */
  hasBegun = false;
  /** Whether its outcome is decided: a handler that goes on is a zombie. */
  isOver = false;
  endedAt = 0;
  interruption: Error | undefined = undefined;
  guard: RunGuard | undefined = undefined;
  breaker: CircuitBreaker | undefined = undefined;
  result: unknown = undefined;
  error: unknown = undefined;
  duration: Ms = 0;
  completion: RunCompletion | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private notes: Record<string, unknown> | undefined = undefined;
  private reporter: ProgressReporter | undefined = undefined;

  constructor(
    readonly job: ClaimedJob,
    readonly task: RunnableTask | undefined,
    public worker: RunOwner,
    public startedAt: number,
    readonly timeout: Ms,
    private readonly environment: RunEnvironment,
    /** Bytes of an encoded result. */
    private readonly maxResultSize: number,
  ) {}

  /** It begins now, in this slot: until then it was in hand only. */
  enter(worker: RunOwner, now: number): void {
    this.worker = worker;
    this.startedAt = now;
  }

  get workerId(): string {
    return this.worker.id;
  }

  get attempt(): number {
    return this.job.attempt;
  }

  get fence(): string {
    return this.job.fence;
  }

  get idempotencyKey(): string {
    return this.job.id;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.job.extra?.headers ?? NO_HEADERS;
  }

  get handlerClass(): (abstract new (...args: never[]) => unknown) | undefined {
    return this.task?.handlerClass;
  }

  get handlerMethod(): string | undefined {
    return this.task?.handlerMethod;
  }

  get metadata(): Record<string, unknown> {
    return (this.notes ??= { timeout: this.timeout });
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.interruption !== undefined) this.controller.abort(this.interruption);
    }
    return this.controller.signal;
  }

  get dependencies(): readonly DependencyResult[] {
    const parents = this.job.extra?.parents;
    if (parents === undefined) return NO_DEPENDENCIES;
    return parents.map(({ result, codec = this.job.codec, ...parent }) =>
      result === undefined ? parent : this.withResult(parent, codec, result),
    );
  }

  async progress(current: number, total = 0, message?: string, metadata?: unknown): Promise<void> {
    assertAmount('current', current);
    assertAmount('total', total);
    const said = message === undefined ? undefined : textOf(message);
    const encoded = metadata === undefined ? undefined : this.encode(metadata);
    if (this.isOver || this.completion !== undefined) return;
    this.announceProgress({ current, total, ...(said === undefined ? {} : { message: said }) }, metadata);
    this.reporter ??= new ProgressReporter(
      this.environment.recorder,
      this.job.receipt,
      this.job.id,
      this.environment.clock,
      // A report that comes behind the completion is refused for that.
      (error) => (this.completion === undefined ? this.interrupt(error) : undefined),
    );
    await this.reporter.report(toProgress(current, total, said, encoded));
  }

  async complete(tx: Transaction, result?: unknown): Promise<void> {
    const { codecs, settler } = this.environment;
    if (this.interruption !== undefined) throw this.interruption;
    if (this.isOver) throw new LeaseLostError(this.job.id);
    const encoded = encodeResult(result, this.job, codecs, this.maxResultSize);
    const progress = this.reporter?.close() ?? this.completion?.progress;
    const isFirst = this.completion === undefined;
    this.completion = { value: result, result: encoded, progress, isDoubtful: false };
    const { receipt } = this.job;
    const settlement = { receipt, outcome: { kind: 'completed', result: encoded }, progress } as const;
    const verdict = await settler.settleWithin(settlement, tx).catch((error: unknown) => {
      // Nothing was sent of it: the run goes on as if nothing had been asked.
      if (isFirst && isRefusal(error)) this.completion = undefined;
      throw error;
    });
    if (verdict === 'stale' || verdict === 'unknown') {
      const error = new LeaseLostError(this.job.id);
      this.abort(error);
      throw error;
    }
  }

  /** Aborts the signal and leaves the handler its time. The signal of a run that is over stays as it is. */
  abort(error: Error): void {
    this.interruption ??= error;
    if (!this.isOver) this.controller?.abort(this.interruption);
  }

  interrupt(error: Error): void {
    this.abort(error);
    this.guard?.interrupt(error);
  }

  isFinal(error: unknown): boolean {
    if (this.task === undefined) return true;
    return outcomeOfError(error, this.job, this.task.options.retry, this.startedAt).kind === 'failed';
  }

  /** Its outcome is decided. @returns progress that is not written yet */
  end(): Progress | undefined {
    this.isOver = true;
    return this.reporter?.close();
  }

  private withResult(
    parent: Omit<ParentOutcome, 'codec' | 'result'>,
    codec: string,
    result: Payload,
  ): DependencyResult {
    const { queue, id, name = '' } = parent;
    const decoded = this.environment.codecs.decode(codec, result, { queue, id, name }, 'result');
    return { ...parent, result: decoded };
  }

  private encode(value: unknown): Payload | undefined {
    const encoded = this.environment.codecs.encode(value, this.job, 'progress', this.job.codec);
    const size = exceeds(encoded, this.maxResultSize);
    if (size !== undefined) throw new PayloadTooLargeError(size, this.maxResultSize, 'progress');
    return encoded;
  }

  private announceProgress(progress: Omit<Progress, 'metadata'>, metadata: unknown): void {
    const { events } = this.environment;
    if (!events.wants('progress')) return;
    const { id, name, queue, attempt } = this.job;
    events.emit({
      type: 'progress',
      taskId: id,
      taskName: name,
      queueName: queue,
      workerId: this.workerId,
      attempt,
      progress: metadata === undefined ? progress : { ...progress, metadata },
    });
  }
}

/** What is refused before anything is sent. */
function isRefusal(error: unknown): boolean {
  return isInstance(error, UnsupportedOperationError) || isInstance(error, TaskValidationError);
}

function assertAmount(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new TaskValidationError(`progress: ${name} must be a number of 0 or more, and is ${String(value)}.`);
}

/** It is a line for people: the end of one that is too long is of no use to them. */
function textOf(message: unknown): string {
  if (typeof message !== 'string') throw new TaskValidationError('progress: message must be a text.');
  return message.length > LONGEST_MESSAGE ? message.slice(0, LONGEST_MESSAGE) : message;
}

function toProgress(current: number, total: number, message?: string, metadata?: Payload): Progress {
  return {
    current,
    total,
    ...(message === undefined ? {} : { message }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}
