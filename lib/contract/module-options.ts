import type { Clock } from './clock.js';
import type { Duration } from './durations.js';
import type { EnhancerOptions } from './enhancer-options.js';
import type { PayloadCodec } from './payload.js';
import type { RetryOptions } from './retry-options.js';
import type { SchedulerStore } from './scheduler-store.js';
import type { TaskOptions } from './task-options.js';
import type { TaskBackendFactory } from './task-backend.js';
import type { TaskContextCarrier, TaskContextCarrierType } from './task-context-carrier.js';
import type { TaskMiddlewareType } from './task-middleware.js';

/** One broker. */
export interface BackendOptions {
  /** `memory`, `redis`, `postgres`, `rabbitmq`, or a type of `backendTypes`. Default: what the `url` begins with; `memory` without one. */
  readonly type?: string | undefined;
  /** Where the broker is. Default: what its type says; memory takes none. */
  readonly url?: string | undefined;
  /** Folder of a database without a server: of the type `postgres`, in this process. Default: none. */
  readonly dataDir?: string | undefined;
  /** What the broker calls the queue that this entry brings. Default: its name. */
  readonly queueName?: string | undefined;
  /** What is the backend's own. Default: none. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** One of several brokers. Brings a queue of its own name. */
export interface NamedBackendOptions extends BackendOptions {
  /** Unique among them. */
  readonly name: string;
  /** The primary one also has `urgent`, `default` and `bulk`. Default: the first entry. */
  readonly primary?: boolean | undefined;
  /**
   * Name of the backend that keeps the records and the state of this one, where its type only moves jobs; `'primary'`: the primary one.
   * Default: it keeps its own.
   */
  readonly state?: string | undefined;
  /**
   * Name of a backend on PostgreSQL, in whose database the application's transactions are; `'primary'`: the primary one. With it calls with
   * `{ tx }` on queues of this one are kept there until the commit, and relayed then. Default: such calls are refused.
   */
  readonly outbox?: string | undefined;
}

/**
 * How many jobs may start in how long: `limit` a `per` in the long run. After a pause `burst` start at once, so at most
 * `limit + burst` start in any `per`. Where the other side refuses what is over its limit, take `burst: 1`: starts are
 * then spaced evenly, and no `per` has more than `limit + 1` of them.
 *
 * @example
 * { name: 'mails', rateLimit: { limit: 10, per: '1s', burst: 1 } } // one every 100 ms
 */
export interface RateLimitOptions {
  /** Starts a `per` in the long run, over all processes. */
  readonly limit: number;
  /** The time that `limit` is counted over. */
  readonly per: Duration;
  /** Starts at once after a pause; 1 spaces all starts evenly. Default: `limit`. */
  readonly burst?: number | undefined;
}

/** One queue. */
export interface QueueOptions {
  /** Unique in the app. */
  readonly name: string;
  /** Name of its backend. Default: the primary one. */
  readonly backend?: string | undefined;
  /** Refuses calls with `QueueFullError` when this many wait. Default: no limit. */
  readonly maxSize?: number | undefined;
  /** Running at once over all processes. Default: no limit. */
  readonly concurrency?: number | undefined;
  /** Starts in how long, over all processes: `limit` a `per` in the long run, at most `limit + burst` in one. Default: no limit. */
  readonly rateLimit?: RateLimitOptions | undefined;
  /** Middleware of this queue's jobs, inside the global one. Default: none. */
  readonly middleware?: readonly TaskMiddlewareType[] | undefined;
}

/** What a configuration can say of one task, on top of its `@Task()`: each key replaces the one there. */
export type TaskOverrides = Pick<
  TaskOptions,
  'queue' | 'priority' | 'maxRetries' | 'timeout' | 'delay' | 'retry' | 'circuitBreaker'
>;

/** What happens when a broker is not there while the app boots. Later losses are the backend's own to mend. */
export interface ConnectOptions {
  /**
   * `fail`: the app does not start. `wait`: it waits for `timeout`, trying again, and fails then. `continue`: it starts at
   * once; calls are refused with `BackendUnavailableError` (`not-sent`) until the broker is there, then workers begin by
   * themselves. Only a broker that does not answer is waited for: a wrong password fails at once. Default `fail`.
   */
  readonly onBoot?: 'fail' | 'wait' | 'continue' | undefined;
  /** How long the boot waits for a broker that does not answer. Default 30 s. */
  readonly timeout?: Duration | undefined;
}

/** What a process is for: enqueueing and running, enqueueing alone, or running jobs as its one purpose. */
export type ProcessRole = 'both' | 'producer' | 'worker';

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface WorkerOptions {
  /** Workers in this process. Default 4. */
  readonly workerCount?: number | undefined;
  /** Jobs that each worker runs at once. Default 10. */
  readonly maxConcurrentTasks?: number | undefined;
  /** How often to look for work that nothing announced. Default 500 ms. */
  readonly pollInterval?: Duration | undefined;
  /**
   * How long running jobs get at shutdown before their signal is aborted. Draining takes up to 6 s more: 1 s in which
   * aborted handlers may end, 5 s for what is to be settled. Default 30 s.
   */
  readonly shutdownTimeout?: Duration | undefined;
  /** How long a job stays with a worker that says nothing; at least 1 s. Default 30 s. */
  readonly lease?: Duration | undefined;
  /** Which queues this process serves. Default: all that the app declares. */
  readonly queues?: readonly string[] | undefined;
  /** A job of a task that no handler here has: `fail` makes it a dead letter, `release` gives it back with backoff. Default `fail`. */
  readonly unknownTask?: 'fail' | 'release' | undefined;
  /** How often overdue things are swept on queues that nothing else touches. Default 1 h. */
  readonly cleanupInterval?: Duration | undefined;
  /** Handlers that may go on after their timeout before no more jobs are taken. Default 100. */
  readonly maxZombies?: number | undefined;
  /** Whether workers start with the application. Default true. */
  readonly autoStart?: boolean | undefined;
}

export interface TimeoutOptions {
  /** Of tasks that do not say. Default 300 s. */
  readonly default?: Duration | undefined;
  /** Caps every timeout. Default: no cap. */
  readonly max?: Duration | undefined;
}

/** Which runs are written to Nest's logger: failed ones, all with their starts and completions, or none. */
export type JobLogging = 'failures' | 'all' | 'none';

export interface RetentionOptions {
  /** Completed and cancelled jobs with their results. Default 1 h. */
  readonly completedTtl?: Duration | undefined;
  /** How many of them a queue keeps. Default: what the backend's capabilities say, memory 1,000. */
  readonly completedMax?: number | undefined;
  /** Dead letters. Default 7 days. */
  readonly failedTtl?: Duration | undefined;
  /** How many of them a queue keeps. Default: no limit. */
  readonly failedMax?: number | undefined;
}

export interface PayloadOptions {
  /** Bytes of an encoded payload; more is refused. Default 1 MiB. */
  readonly maxSize?: number | undefined;
  /** Bytes of an encoded result; more fails the job. Default 256 KiB. */
  readonly maxResultSize?: number | undefined;
}

/** Of work that is no job: `BackgroundTaskManager`, `@Background()`, `ScheduledWorker`. */
export interface BackgroundOptions {
  /** How long background work gets at shutdown, all together, once its signals are aborted. Default 30 s. */
  readonly shutdownTimeout?: Duration | undefined;
  /** Whether scheduled workers start with the application. Default true; false in `TasksModule.stub()`. */
  readonly autoStart?: boolean | undefined;
}

/** Of schedules: `@Scheduled()` and `TaskScheduler`. */
export interface SchedulerOptions {
  /**
   * Whether this process takes part: it then declares the schedules of its code, and fires those of the fleet while it leads. Default true;
   * false in `TasksModule.stub()`.
   */
  readonly enabled?: boolean | undefined;
  /** Zone of cron expressions that do not say. Default `UTC`. */
  readonly timezone?: string | undefined;
  /** How often the store is looked at for changes that nobody told. Firing itself is by timer. Default 60 s. */
  readonly checkInterval?: Duration | undefined;
  /** How long a leader that says nothing stays the leader; at least 1 s. Default 10 s. */
  readonly lease?: Duration | undefined;
  /**
   * Processes of one group have the same schedules: what one of them declares in its code, the others do too, or they declare nothing.
   * Applications that share a backend take a group each. Default `default`.
   */
  readonly group?: string | undefined;
  /** Whether the app's `@Cron()` methods become jobs, once for the whole fleet, instead of firing in each process. Default false. */
  readonly adoptCron?: boolean | undefined;
  /** Whether what was changed at run time gives way, at boot, to what the code says. Default false. */
  readonly overwriteEdits?: boolean | undefined;
  /** Where definitions are kept. Default: in the state of the primary backend. */
  readonly store?: SchedulerStore | undefined;
}

/** What travels of the async context of a call to the run of its job. */
export interface ContextOptions {
  /** The app's own carriers: classes, made with injection, or instances such as a `StorageCarrier`. Default: none. */
  readonly carriers?: readonly (TaskContextCarrierType | TaskContextCarrier)[] | undefined;
  /** Whether the trace context travels, where an OpenTelemetry API is registered when the app boots. Default true. */
  readonly trace?: boolean | undefined;
}

/** What `TasksModule.forRoot()` takes. Everything has a default. */
export interface TasksModuleOptions {
  /** The one broker. Default: memory. Not together with `backends`. */
  readonly backend?: BackendOptions | undefined;
  /** Several brokers by name. */
  readonly backends?: readonly NamedBackendOptions[] | undefined;
  /**
   * Types of backend beside `memory`, each with the factory that makes one; entries name them by `type`.
   * @example
   * TasksModule.forRoot({ backendTypes: { sqs: createSqsBackend }, backend: { type: 'sqs', url } })
   */
  readonly backendTypes?: Readonly<Record<string, TaskBackendFactory>> | undefined;
  /** What happens when a broker is not there while the app boots. */
  readonly connect?: ConnectOptions | undefined;
  readonly queues?: readonly QueueOptions[] | undefined;
  /**
   * Single tasks by their names, on top of what `@Task()` says. Default: none.
   * @example
   * tasks: { 'send-email': { maxRetries: 5, timeout: '1m' } }
   */
  readonly tasks?: Readonly<Record<string, TaskOverrides>> | undefined;
  readonly worker?: WorkerOptions | undefined;
  readonly background?: BackgroundOptions | undefined;
  readonly scheduler?: SchedulerOptions | undefined;
  readonly context?: ContextOptions | undefined;
  readonly retry?: RetryOptions | undefined;
  readonly timeout?: TimeoutOptions | undefined;
  readonly retention?: RetentionOptions | undefined;
  readonly payload?: PayloadOptions | undefined;
  /** How long an idempotency key holds. Default 24 h. */
  readonly idempotencyTtl?: Duration | undefined;
  /** Around every job, outermost first, inside the built-in ones. Default: none. */
  readonly middleware?: readonly TaskMiddlewareType[] | undefined;
  /** Which of the app's global guards, interceptors, pipes and filters stand around tasks. */
  readonly enhancers?: EnhancerOptions | undefined;
  /** Which runs are logged. Default `failures`. */
  readonly logging?: JobLogging | undefined;
  /** What payloads and results are written with. Default: JSON. */
  readonly codec?: PayloadCodec | undefined;
  /** Where this process takes its time from. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /**
   * `producer`: no worker starts here, and no middleware is made. `worker`: as `both`, since handlers enqueue too; a warning
   * tells of a process that has nothing to run. Default `both`.
   */
  readonly role?: ProcessRole | undefined;
  /**
   * False: nothing runs or connects. The module is there, its options are checked and everything can be injected; each call
   * that needs a broker is refused with `TasksDisabledError`. Default true.
   */
  readonly enabled?: boolean | undefined;
  /** Refuses at boot what is only warned of otherwise, such as memory in production. Default false. */
  readonly strict?: boolean | undefined;
  /** Where environment variables are read from. Default: `process.env`; `{}` for none. */
  readonly env?: Environment | undefined;
}
