import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import {
  JOB_STATES,
  type Duration,
  type Ms,
  type Serialized,
  type TaskClient,
} from '../../contract/index.js';
import { assertKnownKeys, toMs } from '../../config/index.js';
import type { HandlerClass } from '../../decorators/index.js';
import type { QueueSide } from '../../queue/index.js';
import type { ManualClock } from '../manual-clock.js';
import { enqueuedJob, type EnqueuedJob } from './enqueued-job.js';
import { nothingFound, somethingFound } from './assertion-texts.js';
import { assertNoTypo, taskNameOf } from './wanted-task.js';
import type { TestFeeder } from './test-feeder.js';
import type { TestRuns, TestWorker } from './test-worker.js';
import type { TestingStage } from './testing-stage.js';

/** The tasks of a class, by their methods. */
export type TaskMethod<T> = keyof TaskClient<T> & string;

/** What a call of a task is made with. */
export type CallPayload<T, M extends TaskMethod<T>> = TaskClient<T>[M] extends {
  delay(...args: infer A): unknown;
}
  ? A[0]
  : never;

/** A payload, or what is asked of it. */
export type PayloadWanted<P> = P | ((payload: Serialized<P>) => boolean);

/** How jobs are run by a test. */
export interface TestRunOptions {
  /** How long to wait, in real time, before the test fails with an error that names what still runs. Default 4 s. */
  readonly timeout?: Duration | undefined;
}

/** Test runners end a test after 5 s, without a word about why. */
const TIMEOUT: Ms = 4_000;

export interface TasksTestingParts {
  readonly stage: TestingStage;
  readonly side: QueueSide;
  readonly worker: TestWorker;
  readonly feeders: readonly TestFeeder[];
}

/**
 * What a test asks of the tasks of an app: to run them, to let time go by, and what was enqueued. It knows no test
 * runner: what fails throws an `AssertionError`.
 *
 * @example
 * const tasks = app.get(TasksTesting);
 * await app.get(SignupService).register('ada@example.com');
 * tasks.expectEnqueued(EmailTasks, 'welcome', { to: 'ada@example.com' });
 * expect(await tasks.drain()).toMatchObject({ completed: 1 });
 */
export class TasksTesting implements OnModuleInit, OnModuleDestroy {
  /** @internal It is injected, or got with `app.get(TasksTesting)`. */
  constructor(private readonly parts: TasksTestingParts) {}

  /** Where the tasks of the app read the time. It moves by `advance()`, and by its own `advance()`, which waits for no job. */
  get clock(): ManualClock {
    return this.parts.stage.clock;
  }

  /**
   * Runs every job that is due, and those that they enqueue, until none is due and none runs. Jobs of a later moment
   * stay; `advance()` gets to them.
   *
   * @returns how the runs ended
   * @throws AssertionError when it takes longer than `timeout`, which a handler that waits for the clock does
   */
  async drain(options: TestRunOptions = {}): Promise<TestRuns> {
    const { worker } = this.parts;
    const before = worker.totals;
    await worker.runDue(patienceOf(options));
    return difference(worker.totals, before);
  }

  /**
   * Lets time go by, moment by moment: whatever comes due on the way runs at its moment, and what that enqueues too.
   * What is due now runs first.
   *
   * @param duration As in `30s`, or in milliseconds.
   * @returns how the runs ended
   * @throws InvalidDurationError; AssertionError as `drain` does, for each moment
   *
   * @example
   * await tasks.advance('1h'); // the reminder that was enqueued with `delay: '1h'` has run
   */
  async advance(duration: Duration, options: TestRunOptions = {}): Promise<TestRuns> {
    const { worker } = this.parts;
    const { clock } = this;
    const before = worker.totals;
    const timeout = patienceOf(options);
    const end = clock.now() + toMs(duration, 'duration');
    for (;;) {
      const dueIn = Math.max(1, await worker.runDue(timeout));
      const next = Math.min(clock.now() + dueIn, clock.nextTimer ?? Number.POSITIVE_INFINITY);
      await clock.advance(Math.min(next, end) - clock.now());
      if (next > end) break;
    }
    await worker.runDue(timeout);
    return difference(worker.totals, before);
  }

  /**
   * What was enqueued since the app was made, in that order, whatever has become of it. A call that found its job
   * there already (by id, idempotency key or uniqueness) has enqueued nothing.
   *
   * @param handlerClass Class and method, or name, of the task. Default: every task.
   */
  enqueued(): EnqueuedJob[];
  enqueued(name: string): EnqueuedJob[];
  enqueued<T, M extends TaskMethod<T>>(
    handlerClass: HandlerClass<T>,
    method: M,
  ): EnqueuedJob<Serialized<CallPayload<T, M>>>[];
  enqueued(task?: string | HandlerClass, method?: string): EnqueuedJob[] {
    const { codecs } = this.parts.side;
    const name = task === undefined ? undefined : this.nameOf(task, method);
    return this.parts.stage.entries
      .filter(({ job }) => name === undefined || job.name === name)
      .map(({ job, at }) => enqueuedJob(job, codecs.decode(job.codec, job.payload, job, 'payload'), at));
  }

  /**
   * Fails unless such a job was enqueued.
   *
   * @param payload Equal to what was enqueued, as the codec carries both; or a function that says whether it will do.
   * Default: any payload.
   * @returns the first one, to look at its queue, priority or delay
   * @throws AssertionError that lists what was enqueued
   *
   * @example
   * const job = tasks.expectEnqueued(ReminderTasks, 'remind', { user: 7 });
   * expect(job.delay).toBe(3_600_000);
   */
  expectEnqueued(name: string, payload?: PayloadWanted<unknown>): EnqueuedJob;
  expectEnqueued<T, M extends TaskMethod<T>>(
    handlerClass: HandlerClass<T>,
    method: M,
    payload?: PayloadWanted<CallPayload<T, M>>,
  ): EnqueuedJob<Serialized<CallPayload<T, M>>>;
  expectEnqueued(...wanted: Wanted): EnqueuedJob {
    const { name, payload, found } = this.search(wanted);
    const [first] = found;
    if (first !== undefined) return first;
    throw new AssertionError({
      message: nothingFound(name, payload, this.enqueued()),
      // A runner shows the difference, where there can be one.
      ...(payload === undefined || typeof payload === 'function'
        ? {}
        : { expected: payload, actual: this.enqueued(name as string).map((job) => job.payload) }),
      operator: 'expectEnqueued',
      // oxlint-disable-next-line typescript/unbound-method -- it only marks where the stack begins
      stackStartFn: this.expectEnqueued,
    });
  }

  /**
   * Fails if such a job was enqueued. Without arguments: if anything was.
   * @throws AssertionError that lists what was found
   */
  expectNotEnqueued(): void;
  expectNotEnqueued(name: string, payload?: PayloadWanted<unknown>): void;
  expectNotEnqueued<T, M extends TaskMethod<T>>(
    handlerClass: HandlerClass<T>,
    method: M,
    payload?: PayloadWanted<CallPayload<T, M>>,
  ): void;
  expectNotEnqueued(...wanted: Wanted | []): void {
    const { found } = this.search(wanted);
    if (found.length === 0) return;
    throw new AssertionError({
      message: somethingFound(found),
      operator: 'expectNotEnqueued',
      // oxlint-disable-next-line typescript/unbound-method -- it only marks where the stack begins
      stackStartFn: this.expectNotEnqueued,
    });
  }

  /** Forgets what was enqueued, and removes every job that does not run: for tests that share an app. */
  async reset(): Promise<void> {
    const { stage, side } = this.parts;
    stage.entries.length = 0;
    await Promise.all(side.queues.all().map((queue) => queue.clear(JOB_STATES)));
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    await Promise.all(this.parts.feeders.map((feeder) => feeder.start()));
  }

  /** @internal */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.parts.feeders.map((feeder) => feeder.stop()));
  }

  private search(wanted: Wanted | []) {
    const [task, ...rest] = wanted;
    const isByName = typeof task === 'string';
    const [method, payload] = isByName ? [undefined, rest[0]] : (rest as [string?, unknown?]);
    const name = task === undefined ? undefined : this.nameOf(task, method);
    const jobs = name === undefined ? this.enqueued() : this.enqueued(name);
    if (isByName && jobs.length === 0) assertNoTypo(task, this.parts.side.catalogue.names());
    return { name, payload, found: jobs.filter((job) => this.isWanted(job, payload)) };
  }

  /** Compared as it would have travelled: a `Date` is equal to the text that it becomes. */
  private isWanted(job: EnqueuedJob, wanted: unknown): boolean {
    if (wanted === undefined) return true;
    if (typeof wanted === 'function') return (wanted as (payload: unknown) => boolean)(job.payload);
    const { codecs } = this.parts.side;
    const encoded = codecs.encode(wanted, job, 'payload');
    return isDeepStrictEqual(job.payload, codecs.decode(codecs.encoder.name, encoded, job, 'payload'));
  }

  /** @throws TaskNotFoundError for a method that is no task: a typo would find nothing, and be right about it */
  private nameOf(task: string | HandlerClass, method: string | undefined): string {
    return typeof task === 'string' ? task : taskNameOf(task, method, this.parts.side.clients);
  }
}

type Wanted =
  [name: string, payload?: unknown] | [handlerClass: HandlerClass, method: string, payload?: unknown];

const RUN_OPTIONS = ['timeout'] as const satisfies readonly (keyof TestRunOptions)[];

/** @throws InvalidOptionError for a key that does not exist, InvalidDurationError */
function patienceOf(options: TestRunOptions): Ms {
  assertKnownKeys(options, RUN_OPTIONS);
  return options.timeout === undefined ? TIMEOUT : toMs(options.timeout, 'timeout');
}

const difference = (after: TestRuns, before: TestRuns): TestRuns => ({
  completed: after.completed - before.completed,
  retrying: after.retrying - before.retrying,
  failed: after.failed - before.failed,
  cancelled: after.cancelled - before.cancelled,
});
