import type { ClaimedJob, Ms, Payload } from '../contract/index.js';
import {
  CircuitOpenError,
  JobRefusedError,
  LeaseLostError,
  NotCommittedError,
  PayloadMismatchError,
  RetryLaterError,
  TaskNotFoundError,
  toErrorRecord,
} from '../errors/index.js';
import { oneLine } from '../config/index.js';
import { endedFromOutside, type Step, type StepEnd } from '../middleware/index.js';
import type { Breakers } from './breakers.js';
import { encodeResult } from './encode-result.js';
import type { PipelineCache } from './pipeline-cache.js';
import type { RunnableTask, RunOwner, RunSink, TaskLookup } from './ports.js';
import { outcomeOfError, outcomeOfInterruption } from './retry-policy.js';
import type { RunEnvironment } from './run-environment.js';
import type { TaskContextStorage } from './task-context-storage.js';
import { TaskRun } from './task-run.js';

export interface ExecutorOptions {
  readonly unknownTask: 'fail' | 'release';
  /** Caps every timeout. */
  readonly maxTimeout?: Ms | undefined;
  /** Of a job whose task is unknown here. */
  readonly defaultTimeout: Ms;
  /** Bytes of an encoded result. */
  readonly maxResultSize: number;
  /** Told of jobs that fail outside of their pipeline, where no middleware sees it. Default: nobody. */
  readonly logger?: { error(message: string): void } | undefined;
}

/** A released job of an unknown task comes back after a quarter of its age, between these bounds. */
const UNKNOWN_TASK_DELAY = { least: 1_000, most: 60_000 };

/**
 * One job, claimed → settled, as named steps: resolve the handler, enter the circuit, decode, announce, invoke, then
 * conclude with an outcome. Tells its sink; holds no job itself.
 */
export class TaskExecutor {
  constructor(
    private readonly tasks: TaskLookup,
    private readonly pipelines: PipelineCache,
    private readonly breakers: Breakers,
    private readonly storage: TaskContextStorage,
    private readonly options: ExecutorOptions,
  ) {}

  /** Makes the run of a claimed job; `start` begins it. */
  prepare(job: ClaimedJob, worker: RunOwner, environment: RunEnvironment): TaskRun {
    const task = this.tasks.get(job.name);
    const { maxResultSize } = this.options;
    const now = environment.clock.now();
    return new TaskRun(job, task, worker, now, this.timeoutOf(job, task), environment, maxResultSize);
  }

  /** Runs it. Whatever happens, the sink is told exactly once, and nothing is thrown. */
  start(run: TaskRun, environment: RunEnvironment, sink: RunSink<TaskRun>): void {
    const { task } = run;
    if (task === undefined) return this.refuseUnknown(run, environment, sink);
    if (task.options.circuitBreaker !== undefined && !this.enterCircuit(run, task, sink)) return;
    try {
      run.payload = environment.codecs.decode(run.job.codec, run.job.payload, run.job, 'payload');
    } catch (error) {
      run.breaker?.abstained(run);
      return this.deadLetter(run, error, environment, sink);
    }
    run.hasBegun = true;
    if (environment.events.wants('started')) announceStart(run, environment);
    environment.events.probes?.started(run);
    this.invoke(run, task, new Conclusion(this, run, task, environment, sink));
  }

  private timeoutOf(job: ClaimedJob, task: RunnableTask | undefined): Ms {
    const timeout = job.timeout ?? task?.options.timeout ?? this.options.defaultTimeout;
    const { maxTimeout } = this.options;
    return maxTimeout === undefined || timeout <= maxTimeout ? timeout : maxTimeout;
  }

  private refuseUnknown(run: TaskRun, environment: RunEnvironment, sink: RunSink<TaskRun>): void {
    const { job } = run;
    const error = new TaskNotFoundError(job.name, this.tasks.suggestion?.(job.name));
    if (this.options.unknownTask === 'fail') return this.deadLetter(run, error, environment, sink);
    run.error = error;
    const age = Math.round((environment.clock.now() - job.createdAt) / 4);
    const delay = Math.min(UNKNOWN_TASK_DELAY.most, Math.max(UNKNOWN_TASK_DELAY.least, age));
    sink.settled(run, { kind: 'released', in: delay, countAttempt: false });
  }

  private enterCircuit(run: TaskRun, task: RunnableTask, sink: RunSink<TaskRun>): boolean {
    const breaker = this.breakers.of(task);
    const wait = breaker?.tryEnter(run) ?? 0;
    if (wait > 0) {
      run.error = new CircuitOpenError(task.name, wait);
      sink.settled(run, { kind: 'released', in: wait, countAttempt: false });
      return false;
    }
    run.breaker = breaker;
    return true;
  }

  /** A middleware that cannot be made fails its job, as one that throws does. */
  private invoke(run: TaskRun, task: RunnableTask, end: StepEnd): void {
    let pipeline: Step;
    try {
      pipeline = this.pipelines.get(task, run.job.queue);
    } catch (error) {
      end.failed(error);
      return;
    }
    if (this.storage.enabled) this.storage.run(run, () => pipeline(run, end));
    else pipeline(run, end);
  }

  /** The pipeline gave a result. */
  complete(run: TaskRun, result: unknown, environment: RunEnvironment, sink: RunSink<TaskRun>): void {
    if (run.completion !== undefined) return this.concludeWithin(run, environment, sink);
    let encoded: Payload | undefined;
    try {
      encoded = encodeResult(result, run.job, environment.codecs, this.options.maxResultSize);
    } catch (error) {
      // The handler has done its work, and would do it again for the same result.
      run.breaker?.succeeded(run);
      return this.deadLetter(run, error, environment, sink);
    }
    run.breaker?.succeeded(run);
    run.result = result;
    run.duration = (run.endedAt || environment.clock.now()) - run.startedAt;
    sink.settled(run, { kind: 'completed', result: encoded });
  }

  /** The job is completed if that transaction was committed; if not, the run has failed. The store tells by the verdict. */
  private concludeWithin(run: TaskRun, { clock }: RunEnvironment, sink: RunSink<TaskRun>): void {
    const now = clock.now();
    run.breaker?.succeeded(run);
    run.error = new NotCommittedError(run.job.id);
    run.duration = (run.endedAt || now) - run.startedAt;
    const { retry } = (run.task as RunnableTask).options;
    sink.settled(run, outcomeOfError(run.error, run.job, retry, now));
  }

  /** No other run could end better: no handler, a payload that cannot be read, a result that cannot be kept. */
  private deadLetter(run: TaskRun, error: unknown, { clock }: RunEnvironment, sink: RunSink<TaskRun>): void {
    const now = clock.now();
    const record = toErrorRecord(error, now);
    run.error = error;
    run.duration = run.hasBegun ? now - run.startedAt : 0;
    const { id, name, queue } = run.job;
    this.options.logger?.error(
      oneLine(`Job ${id} of task ${name} on queue ${queue} failed: ${record.name}: ${record.message}`),
    );
    sink.settled(run, { kind: 'failed', error: record });
  }

  /** The pipeline threw. */
  fail(
    run: TaskRun,
    task: RunnableTask,
    thrown: unknown,
    environment: RunEnvironment,
    sink: RunSink<TaskRun>,
  ): void {
    const error = readable(thrown);
    if (endedFromOutside(run) || saysNothing(error)) run.breaker?.abstained(run);
    else run.breaker?.failed(run);
    if (run.interruption instanceof LeaseLostError) {
      run.error = run.interruption;
      run.duration = environment.clock.now() - run.startedAt;
      return sink.dropped(run);
    }
    this.settleError(run, task, error, environment, sink);
  }

  private settleError(
    run: TaskRun,
    task: RunnableTask,
    error: unknown,
    { clock }: RunEnvironment,
    sink: RunSink<TaskRun>,
  ): void {
    const now = clock.now();
    const { interruption, job } = run;
    const rules = task.options.retry;
    run.duration = now - run.startedAt;
    // A handler that answers its aborted signal with an error of its own has still been interrupted.
    run.error = interruption ?? error;
    sink.settled(
      run,
      interruption === undefined
        ? outcomeOfError(error, job, rules, now)
        : outcomeOfInterruption(interruption, job, rules, now),
    );
  }
}

/** The end of a run's pipeline, led to the executor. */
class Conclusion implements StepEnd {
  constructor(
    private readonly executor: TaskExecutor,
    private readonly run: TaskRun,
    private readonly task: RunnableTask,
    private readonly environment: RunEnvironment,
    private readonly sink: RunSink<TaskRun>,
  ) {}

  completed(result: unknown): void {
    this.executor.complete(this.run, result, this.environment, this.sink);
  }

  failed(error: unknown): void {
    this.executor.fail(this.run, this.task, error, this.environment, this.sink);
  }
}

/**
 * Being asked to come back later, as by a rate limit, refused by a guard or a pipe, or a payload that does not fit: nothing
 * against what the task depends on.
 */
function saysNothing(error: unknown): boolean {
  return (
    error instanceof RetryLaterError ||
    error instanceof JobRefusedError ||
    error instanceof PayloadMismatchError
  );
}

/** A proxy can throw at the mere question what it is; something that can be asked stands in for it. */
function readable(thrown: unknown): unknown {
  try {
    void (thrown instanceof Error);
    return thrown;
  } catch {
    return new Error('A value was thrown that cannot be read.');
  }
}

function announceStart(run: TaskRun, { events }: RunEnvironment): void {
  const { id, name, queue, attempt } = run.job;
  events.emit({
    type: 'started',
    taskId: id,
    taskName: name,
    queueName: queue,
    workerId: run.workerId,
    attempt,
  });
}
