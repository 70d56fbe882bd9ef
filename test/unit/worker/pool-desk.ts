import { createMemoryBackend } from '../../../lib/backends/index.js';
import { CodecSet } from '../../../lib/codecs/index.js';
import type {
  JobRecord,
  JobRef,
  NewJob,
  QueueBackend,
  QueueDefinition,
  StateBackend,
  TaskEvent,
  TaskEventType,
} from '../../../lib/contract/index.js';
import { ENVELOPE_VERSION } from '../../../lib/contract/index.js';
import {
  Breakers,
  type ExecutorOptions,
  PipelineCache,
  type RunnableTask,
  TaskContextStorage,
  TaskExecutor,
} from '../../../lib/execution/index.js';
import { noMiddleware, TimeoutMiddleware, Zombies } from '../../../lib/middleware/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { type PoolOptions, SettledEvents, WorkerPool } from '../../../lib/worker/index.js';
import { aTask, type Handler } from '../execution/a-run.js';
import { deferred, KeptLog } from '../middleware/a-context.js';
import { Trouble } from './trouble.js';

/** One backend of a desk: the real memory backend behind something that can make trouble. */
export interface DeskBackend {
  readonly name: string;
  readonly queue: Trouble<QueueBackend>;
  readonly state: Trouble<StateBackend>;
  readonly queues: readonly string[];
  readonly limited: ReadonlySet<string>;
}

export interface DeskOptions extends Partial<PoolOptions> {
  /** Queues by backend. Default: one backend, `memory`, with `urgent`, `default` and `bulk`. */
  readonly backends?: Readonly<Record<string, readonly (string | QueueDefinition)[]>>;
  readonly executor?: Partial<ExecutorOptions>;
  readonly maxZombies?: number;
}

/** A pool over memory backends with a clock that stands still: what a process of an app has, and nothing of Nest. */
export class PoolDesk {
  readonly clock = new ManualClock();
  readonly log = new KeptLog();
  readonly events: TaskEvent[] = [];
  readonly ended: string[] = [];
  readonly tasks = new Map<string, RunnableTask>();
  readonly zombies: Zombies;
  readonly backends: readonly DeskBackend[];
  readonly pool: WorkerPool;
  readonly timeouts: TimeoutMiddleware;
  wanted: readonly TaskEventType[] = ['started', 'completed', 'retrying', 'failed', 'cancelled', 'progress'];
  hasWaiters = true;
  private serial = 0;

  constructor({ backends = {}, executor = {}, maxZombies = 100, ...options }: DeskOptions = {}) {
    const layout = Object.keys(backends).length === 0 ? { memory: ['urgent', 'default', 'bulk'] } : backends;
    this.backends = Object.entries(layout).map(([name, queues]) => this.open(name, queues));
    this.zombies = new Zombies(maxZombies);
    this.timeouts = new TimeoutMiddleware(this.clock, this.zombies);
    const events = {
      wants: (type: TaskEventType) => this.wanted.includes(type),
      emit: (event: TaskEvent) => void this.events.push(event),
    };
    this.pool = new WorkerPool(
      {
        workerCount: 2,
        maxConcurrentTasks: 2,
        pollInterval: 500,
        shutdownTimeout: 30_000,
        lease: 30_000,
        cleanupInterval: 3_600_000,
        ...options,
      },
      {
        processId: 'here',
        executor: new TaskExecutor(
          this.tasks,
          new PipelineCache([this.timeouts], noMiddleware),
          new Breakers(this.clock),
          new TaskContextStorage(),
          { unknownTask: 'fail', defaultTimeout: 300_000, maxResultSize: 262_144, ...executor },
        ),
        codecs: new CodecSet(),
        events,
        settled: new SettledEvents(events, this.waiters()),
        zombies: this.zombies,
        clock: this.clock,
        logger: this.log,
        ownName: (queue) => (queue === 'primary' ? 'default' : queue),
        serve: () =>
          this.backends.map(({ name, queue, state, queues, limited }) => ({
            name,
            backend: { queue: queue.target, state: state.target },
            queues,
            limited,
          })),
      },
    );
  }

  /** The first backend. */
  get memory(): DeskBackend {
    return this.backends[0] as DeskBackend;
  }

  /** Registers a handler, under the name that jobs of this desk have when nothing else is said. */
  handle(invoke: Handler, options: Partial<RunnableTask['options']> = {}, name = 'work'): void {
    this.tasks.set(name, aTask(invoke, options, { name }));
  }

  /** A handler that goes on until it is told to end, job by job. */
  handleByHand(options: Partial<RunnableTask['options']> = {}) {
    const running = new Map<string, ReturnType<typeof deferred>>();
    const begun: string[] = [];
    this.handle((_, { job }) => {
      begun.push(job.id);
      const end = deferred();
      running.set(job.id, end);
      return end.promise.finally(() => running.delete(job.id));
    }, options);
    const end = async (...ids: readonly string[]) => {
      for (const id of ids) running.get(id)?.resolve(undefined);
      await this.settle();
    };
    return { begun, running, end };
  }

  /** Enqueues jobs on a queue, named by their payloads. @returns their ids */
  async enqueue(queue: string, count = 1, job: Partial<NewJob> = {}): Promise<string[]> {
    const jobs = Array.from({ length: count }, (): NewJob => ({
      queue,
      id: `${queue}-${++this.serial}`,
      name: 'work',
      codec: 'json',
      version: ENVELOPE_VERSION,
      priority: 5,
      maxRetries: 3,
      ...job,
    }));
    const verdicts = await this.backendOf(queue).enqueue(jobs);
    return verdicts.map((verdict) => ('id' in verdict ? verdict.id : `refused: ${verdict.code}`));
  }

  async record(id: string, queue = queueOf(id)): Promise<JobRecord> {
    const [record] = await this.backendOf(queue).get([{ queue, id }]);
    if (record === undefined) throw new Error(`Job ${id} is not there.`);
    return record;
  }

  async state(id: string): Promise<string> {
    return (await this.record(id)).state;
  }

  /** How many jobs of a queue are in which state; states without any are left out. */
  async counts(queue: string): Promise<Record<string, number>> {
    const [status] = await this.backendOf(queue).inspect([queue]);
    return Object.fromEntries(Object.entries(status?.counts ?? {}).filter(([, count]) => count > 0));
  }

  /** Lets everything go on that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await this.clock.advance(0);
      // What is announced is looked at after a turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async start(): Promise<void> {
    await this.pool.start();
    await this.settle();
  }

  /** Events in short: `type id`. */
  get told(): string[] {
    return this.events.map(({ type, taskId }) => `${type} ${taskId}`);
  }

  backendOf(queue: string): QueueBackend {
    const backend = this.backends.find(({ queues }) => queues.includes(queue));
    if (backend === undefined) throw new Error(`No backend has queue ${queue}.`);
    return backend.queue.target;
  }

  private open(name: string, queues: readonly (string | QueueDefinition)[]): DeskBackend {
    const { clock } = this;
    const backend = createMemoryBackend({ name, type: 'memory', options: {}, clock });
    const definitions = queues.map((queue) => (typeof queue === 'string' ? { name: queue } : queue));
    backend.queue.declare(definitions);
    return {
      name,
      queue: new Trouble(backend.queue),
      state: new Trouble(backend.state),
      queues: definitions.map((definition) => definition.name),
      limited: new Set(
        definitions.filter(({ concurrency }) => concurrency !== undefined).map((one) => one.name),
      ),
    };
  }

  private waiters() {
    const hasWaiters = () => this.hasWaiters;
    return {
      get hasWaiters() {
        return hasWaiters();
      },
      awaits: () => hasWaiters(),
      announce: ({ id }: JobRef) => void this.ended.push(id),
    };
  }
}

function queueOf(id: string): string {
  return id.slice(0, id.lastIndexOf('-'));
}
