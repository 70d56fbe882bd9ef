import { type DynamicModule, type FactoryProvider, Logger, Module } from '@nestjs/common';
import { BackendSet } from '../../backends/index.js';
import { assertKnownKeys, didYouMean } from '../../config/index.js';
import { InvalidOptionError, TaskRegistrationError } from '../../errors/index.js';
import { TaskEvents } from '../../events/index.js';
import { TaskExecutor } from '../../execution/index.js';
import { QueueSide } from '../../queue/index.js';
import { OPTIONS_OVERLAY, type OptionsOverlay } from '../../module/index.js';
import { NoteGather, TransactionSettler, SettledEvents } from '../../worker/index.js';
import { TasksTesting } from './tasks-testing.js';
import { TestFeeder } from './test-feeder.js';
import { TestWorker } from './test-worker.js';
import { testingOptions } from './testing-options.js';
import { TestingStage, type TasksTestingOptions } from './testing-stage.js';

/**
 * Puts the tasks of an app into the hands of a test: imported beside the module that imports `TasksModule.forRoot()`, or
 * beside `TasksModule.stub()` when a part of an app is tested. Every broker is then in memory, whatever the app is
 * configured with, time stands still until the test moves it, and no worker runs a job by itself.
 *
 * @example
 * const app = await Test.createTestingModule({ imports: [AppModule, TasksTestingModule.register()] }).compile();
 * await app.init();
 * const tasks = app.get(TasksTesting);
 */
@Module({})
export class TasksTestingModule {
  /**
   * @param options `mode: 'inline'` runs jobs while they are enqueued; default: when the test says so.
   * @throws InvalidOptionError for an option or a mode that does not exist
   */
  static register(options: TasksTestingOptions = {}): DynamicModule {
    assertTestingOptions(options);
    return {
      module: TasksTestingModule,
      global: true,
      providers: [
        { provide: TestingStage, useFactory: () => new TestingStage(options) },
        overlay,
        tasksTesting,
      ],
      exports: [OPTIONS_OVERLAY, TasksTesting],
    };
  }
}

const MODES: readonly NonNullable<TasksTestingOptions['mode']>[] = ['manual', 'inline'];

/** A typo would pass for the other mode in silence. */
function assertTestingOptions(options: TasksTestingOptions): void {
  assertKnownKeys(options, ['mode', 'clock'], 'register');
  const { mode } = options;
  if (mode === undefined || MODES.includes(mode)) return;
  const message = `must be ${MODES.map((known) => `'${known}'`).join(' or ')}.${didYouMean(String(mode), MODES)}`;
  throw new InvalidOptionError([{ path: 'register.mode', message }]);
}

const overlay: FactoryProvider<OptionsOverlay> = {
  provide: OPTIONS_OVERLAY,
  inject: [TestingStage],
  useFactory: (stage: TestingStage) => (resolved) => testingOptions(resolved, stage),
};

const optional = [BackendSet, QueueSide, TaskExecutor, TaskEvents].map((token) => ({
  token,
  optional: true,
}));

const tasksTesting: FactoryProvider<TasksTesting> = {
  provide: TasksTesting,
  inject: [TestingStage, ...optional],
  useFactory: (
    stage: TestingStage,
    backends: BackendSet | undefined,
    side: QueueSide,
    executor: TaskExecutor,
    events: TaskEvents,
  ) => {
    if (backends === undefined) {
      throw new TaskRegistrationError(
        'TasksTestingModule needs TasksModule.forRoot() in the app under test, or TasksModule.stub() beside it.',
      );
    }
    return assemble(stage, { backends, side, executor, events });
  },
};

interface AppParts {
  readonly backends: BackendSet;
  readonly side: QueueSide;
  readonly executor: TaskExecutor;
  readonly events: TaskEvents;
}

function assemble(stage: TestingStage, { backends, side, executor, events }: AppParts): TasksTesting {
  const { clock, mode } = stage;
  const { codecs, queues, finished } = side;
  const served = backends.entries().map(([name, backend]) => ({
    feeder: new TestFeeder(backend, {
      name,
      executor,
      environment: {
        clock,
        codecs,
        events,
        recorder: new NoteGather(backend.queue),
        settler: new TransactionSettler(backend.queue, name, 'tests', 30_000),
      },
      settled: new SettledEvents(events, finished),
      clock,
      logger: new Logger('TasksTesting'),
      retriesAtOnce: mode === 'inline',
      onSettled: (outcome) => worker.noteSettled(outcome),
    }),
    queues: () =>
      queues
        .all()
        .filter((queue) => queue.backendName === name)
        .map((queue) => queue.name)
        .toSorted(byLane),
  }));
  const worker: TestWorker = new TestWorker(served);
  stage.listener = mode === 'inline' ? (jobs) => worker.runNow(jobs) : worker.noteEnqueued;
  return new TasksTesting({ stage, side, worker, feeders: served.map(({ feeder }) => feeder) });
}

/** `urgent` first and `bulk` last, as the workers look at them. */
const byLane = (a: string, b: string): number => laneOf(a) - laneOf(b);
const laneOf = (queue: string): number => (queue === 'urgent' ? 0 : queue === 'bulk' ? 2 : 1);
