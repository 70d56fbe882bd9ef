import { CodecSet } from '../../../lib/codecs/index.js';
import type {
  ClaimedJob,
  Outcome,
  Progress,
  Receipt,
  Settlement,
  TaskEvent,
  TaskEventType,
  TaskMiddleware,
  Verdict,
} from '../../../lib/contract/index.js';
import {
  Breakers,
  type ExecutorOptions,
  PipelineCache,
  type RetryRules,
  type RunEnvironment,
  type RunnableTask,
  type RunOwner,
  type RunSink,
  TaskContextStorage,
  TaskExecutor,
  type TaskRun,
} from '../../../lib/execution/index.js';
import { noMiddleware, TimeoutMiddleware, Zombies } from '../../../lib/middleware/index.js';
import { ManualClock } from '../../../lib/testing/index.js';

export const RULES: RetryRules = { backoff: 'fixed', delay: 1_000, maxDelay: 60_000, jitter: false };

export function aClaimedJob(job: Partial<ClaimedJob> = {}): ClaimedJob {
  return {
    receipt: {} as Receipt,
    queue: 'default',
    id: 'job-1',
    name: 'send-email',
    payload: '{"to":"ada"}',
    codec: 'json',
    priority: 5,
    attempt: 1,
    maxRetries: 3,
    stalls: 0,
    timeout: undefined,
    fence: '1',
    createdAt: 0,
    maxStalled: 3,
    version: 1,
    extra: undefined,
    ...job,
  };
}

export type Handler = RunnableTask['invoke'];

export function aTask(
  invoke: Handler,
  options: Partial<RunnableTask['options']> = {},
  rest: Partial<RunnableTask> = {},
): RunnableTask {
  return {
    name: 'send-email',
    options: { timeout: 300_000, retry: RULES, ...options },
    invoke,
    middleware: [],
    ...rest,
  };
}

/** Everything that an executor needs, written down: what it announces, records, frees and settles. */
export class ExecutionDesk implements RunSink<TaskRun> {
  readonly clock = new ManualClock(1_000_000);
  readonly zombies = new Zombies(100);
  readonly storage = new TaskContextStorage();
  readonly tasks = new Map<string, RunnableTask>();
  readonly events: TaskEvent[] = [];
  readonly recorded: Progress[] = [];
  readonly outcomes: Outcome[] = [];
  readonly runs: TaskRun[] = [];
  readonly dropCount: TaskRun[] = [];
  readonly lines: string[] = [];
  /** Answers what the run records. */
  record: () => Promise<Verdict> = () => Promise.resolve('applied');
  readonly settledWithin: Settlement[] = [];
  /** Answers what the run settles in a transaction. */
  settle: () => Promise<Verdict> = () => Promise.resolve('applied');
  wanted: readonly TaskEventType[] = ['started', 'progress'];

  readonly environment: RunEnvironment = {
    clock: this.clock,
    codecs: new CodecSet(),
    events: { wants: (type) => this.wanted.includes(type), emit: (event) => this.events.push(event) },
    recorder: {
      record: ({ progress }) => {
        if (progress !== undefined) this.recorded.push(progress);
        return this.record();
      },
    },
    settler: {
      settleWithin: (settlement) => {
        this.settledWithin.push(settlement);
        return this.settle();
      },
    },
  };
  readonly owner: RunOwner = { id: 'worker-1', end: () => undefined, vacate: () => undefined };
  readonly executor: TaskExecutor;

  constructor(options: Partial<ExecutorOptions> = {}, middleware: readonly TaskMiddleware[] = []) {
    const timeouts = new TimeoutMiddleware(this.clock, this.zombies);
    const source = { ...noMiddleware, global: () => middleware };
    this.executor = new TaskExecutor(
      this.tasks,
      new PipelineCache([timeouts], source),
      new Breakers(this.clock),
      this.storage,
      {
        unknownTask: 'fail',
        defaultTimeout: 300_000,
        maxResultSize: 1_000,
        logger: { error: (line) => this.lines.push(line) },
        ...options,
      },
    );
  }

  settled(run: TaskRun, outcome: Outcome): void {
    run.end();
    this.runs.push(run);
    this.outcomes.push(outcome);
  }

  dropped(run: TaskRun): void {
    run.end();
    this.dropCount.push(run);
  }

  /** Begins a run of a handler; it ends when `outcomes` or `dropCount` says so. */
  begin(
    handler: Handler | RunnableTask,
    job: Partial<ClaimedJob> = {},
    environment: Partial<RunEnvironment> = {},
  ): TaskRun {
    const task = typeof handler === 'function' ? aTask(handler) : handler;
    this.tasks.set(task.name, task);
    return this.beginAs(aClaimedJob(job), environment);
  }

  /** Begins a run of whatever is registered under the job's name. */
  beginAs(job: ClaimedJob, environment: Partial<RunEnvironment> = {}): TaskRun {
    const whole = { ...this.environment, ...environment };
    const run = this.executor.prepare(job, this.owner, whole);
    this.executor.start(run, whole, this);
    return run;
  }

  /** Begins a run and lets everything go on that needs no time. @returns its outcome */
  async outcomeOf(
    handler: Handler | RunnableTask,
    job: Partial<ClaimedJob> = {},
    environment: Partial<RunEnvironment> = {},
  ): Promise<Outcome | undefined> {
    const before = this.outcomes.length;
    this.begin(handler, job, environment);
    await this.clock.advance(0);
    return this.outcomes[before];
  }
}
