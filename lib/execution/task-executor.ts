import type { ClaimedJob, Ms, Outcome } from '../contract/index.js';
import {
  CircuitOpenError,
  LeaseLostError,
  PayloadTooLargeError,
  TaskNotFoundError,
  TasksClosedError,
  TaskCancelledError,
  toErrorRecord,
} from '../errors/index.js';
import { exceeds } from '../codecs/index.js';
import type { Breakers } from './breakers.js';
import type { PipelineCache } from './pipeline-cache.js';
import type { RunnableTask, RunOwner, RunSink, TaskLookup } from './ports.js';
import { outcomeOfError } from './retry-policy.js';
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
    return new TaskRun(job, task, worker, environment.clock.now(), this.timeoutOf(job, task), environment);
  }

  /** Runs it. Whatever happens, the sink is told exactly once. */
  start(run: TaskRun, environment: RunEnvironment, sink: RunSink<TaskRun>): void {
    const { task } = run;
    if (task === undefined) return this.refuseUnknown(run, environment, sink);
    if (task.options.circuitBreaker !== undefined && !this.enterCircuit(run, task, sink)) return;
    try {
      run.payload = environment.codecs.decode(run.job.codec, run.job.payload);
    } catch (error) {
      return this.fail(run, task, error, environment, sink);
    }
    if (environment.events.wants('started')) announceStart(run, environment);
    this.invoke(run, task).then(
      (result) => this.complete(run, task, result, environment, sink),
      (error: unknown) => this.fail(run, task, error, environment, sink),
    );
  }

  private timeoutOf(job: ClaimedJob, task: RunnableTask | undefined): Ms {
    const timeout = job.timeout ?? task?.options.timeout ?? this.options.defaultTimeout;
    const { maxTimeout } = this.options;
    return maxTimeout === undefined || timeout <= maxTimeout ? timeout : maxTimeout;
  }

  private refuseUnknown(run: TaskRun, { clock }: RunEnvironment, sink: RunSink<TaskRun>): void {
    const { job } = run;
    const error = new TaskNotFoundError(job.name);
    run.error = error;
    if (this.options.unknownTask === 'fail') {
      return sink.settled(run, { kind: 'failed', error: toErrorRecord(error, clock.now()) });
    }
    const age = Math.round((clock.now() - job.createdAt) / 4);
    const delay = Math.min(UNKNOWN_TASK_DELAY.most, Math.max(UNKNOWN_TASK_DELAY.least, age));
    sink.settled(run, { kind: 'released', in: delay, countAttempt: false });
  }

  private enterCircuit(run: TaskRun, task: RunnableTask, sink: RunSink<TaskRun>): boolean {
    const breaker = this.breakers.of(task);
    const wait = breaker?.tryEnter() ?? 0;
    if (wait > 0) {
      run.error = new CircuitOpenError(task.name, wait);
      sink.settled(run, { kind: 'released', in: wait, countAttempt: false });
      return false;
    }
    run.breaker = breaker;
    return true;
  }

  private invoke(run: TaskRun, task: RunnableTask): Promise<unknown> {
    const pipeline = this.pipelines.get(task, run.job.queue);
    try {
      return this.storage.enabled ? this.storage.run(run, () => pipeline(run)) : pipeline(run);
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a middleware that throws outside of a promise fails its job
      return Promise.reject(error);
    }
  }

  private complete(
    run: TaskRun,
    task: RunnableTask,
    result: unknown,
    environment: RunEnvironment,
    sink: RunSink<TaskRun>,
  ): void {
    let outcome: Outcome;
    try {
      const encoded = environment.codecs.encoder.encode(result);
      const size = exceeds(encoded, this.options.maxResultSize);
      if (size !== undefined) throw new PayloadTooLargeError(size, this.options.maxResultSize, 'result');
      outcome = { kind: 'completed', result: encoded };
    } catch (error) {
      return this.fail(run, task, error, environment, sink);
    }
    run.breaker?.succeeded();
    run.result = result;
    run.duration = environment.clock.now() - run.startedAt;
    sink.settled(run, outcome);
  }

  private fail(
    run: TaskRun,
    task: RunnableTask,
    error: unknown,
    { clock }: RunEnvironment,
    sink: RunSink<TaskRun>,
  ): void {
    const now = clock.now();
    run.error = error;
    run.duration = now - run.startedAt;
    if (isOurs(run, error)) run.breaker?.abstained();
    else run.breaker?.failed();
    if (run.interruption instanceof LeaseLostError) return sink.dropped(run);
    // A handler that answers its aborted signal with an error of its own has still been interrupted.
    const cause = run.interruption ?? error;
    sink.settled(run, outcomeOfError(cause, run.job, task.options.retry, now));
  }
}

/** Whether the run ended by our word (cancel, lost lease, shutdown) and so says nothing about the task. */
function isOurs(run: TaskRun, error: unknown): boolean {
  const cause = run.interruption ?? error;
  return (
    cause instanceof TaskCancelledError ||
    cause instanceof LeaseLostError ||
    cause instanceof TasksClosedError
  );
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
