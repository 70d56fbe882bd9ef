import type {
  Clock,
  CustomBackoff,
  EnhancerFamily,
  JobLogging,
  Ms,
  PayloadCodec,
  ProcessRole,
  RateLimit,
  SchedulerStore,
  TaskBackendFactory,
  TaskContextCarrier,
  TaskContextCarrierType,
  TaskMiddlewareType,
  TaskOverrides,
  TaskSchema,
} from '../contract/index.js';

/** One broker, with its defaults filled in. */
export interface ResolvedBackend {
  readonly name: string;
  readonly primary: boolean;
  readonly type: string;
  readonly url?: string | undefined;
  /** What the broker calls the queue that this backend brings. */
  readonly queueName: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Name of the backend that keeps its state; undefined: it does. */
  readonly state?: string | undefined;
  /** Name of the backend that keeps its jobs until a commit; undefined: it has no outbox. */
  readonly outbox?: string | undefined;
}

export interface ResolvedQueue {
  readonly name: string;
  /** A second name of it: `default` also goes by the name of the primary backend. */
  readonly alias?: string | undefined;
  readonly backend: string;
  readonly maxSize?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly middleware: readonly TaskMiddlewareType[];
  /** What the broker calls it. */
  readonly brokerName: string;
}

export interface ResolvedWorker {
  readonly workerCount: number;
  readonly maxConcurrentTasks: number;
  readonly pollInterval: Ms;
  readonly shutdownTimeout: Ms;
  readonly lease: Ms;
  /** Undefined: all that the app declares. */
  readonly queues?: readonly string[] | undefined;
  readonly unknownTask: 'fail' | 'release';
  readonly cleanupInterval: Ms;
  readonly maxZombies: number;
  readonly autoStart: boolean;
}

export interface ResolvedBackground {
  readonly shutdownTimeout: Ms;
  readonly autoStart: boolean;
}

export interface ResolvedScheduler {
  readonly enabled: boolean;
  readonly timezone: string;
  readonly checkInterval: Ms;
  readonly lease: Ms;
  readonly group: string;
  readonly adoptCron: boolean;
  readonly overwriteEdits: boolean;
  readonly store?: SchedulerStore | undefined;
}

export interface ResolvedContext {
  readonly carriers: readonly (TaskContextCarrierType | TaskContextCarrier)[];
  readonly trace: boolean;
}

export interface ResolvedConnect {
  readonly onBoot: 'fail' | 'wait' | 'continue';
  readonly timeout: Ms;
}

export interface ResolvedRetry {
  readonly maxRetries: number;
  readonly backoff: 'fixed' | 'linear' | 'exponential' | CustomBackoff;
  readonly delay: Ms;
  readonly maxDelay: Ms;
  readonly jitter: boolean;
  readonly shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
}

export interface ResolvedTimeout {
  readonly default: Ms;
  readonly max?: Ms | undefined;
}

export interface ResolvedRetention {
  readonly completedTtl: Ms;
  /** Undefined: what the backend's capabilities say. */
  readonly completedMax?: number | undefined;
  readonly failedTtl: Ms;
  readonly failedMax?: number | undefined;
}

export interface ResolvedPayload {
  /** Bytes. */
  readonly maxSize: number;
  /** Bytes. */
  readonly maxResultSize: number;
}

export interface ResolvedCircuitBreaker {
  readonly threshold: number;
  readonly cooldown: Ms;
}

/** What the options say of single tasks: as it was given, and checked. */
export interface ResolvedTasks {
  readonly byName: ReadonlyMap<string, TaskOverrides>;
  /** What variables alone say, by the segment that names the task there: which task that is, its name tells. */
  readonly bySegment: ReadonlyMap<string, TaskOverrides>;
}

/** `TasksModuleOptions` checked, with every default filled in and every duration in milliseconds. */
export interface ResolvedOptions {
  readonly backends: readonly ResolvedBackend[];
  /** Factories of the types that the app adds. */
  readonly backendTypes: Readonly<Record<string, TaskBackendFactory>>;
  readonly connect: ResolvedConnect;
  readonly queues: readonly ResolvedQueue[];
  /** Those among them that only variables add. */
  readonly addedQueues: readonly string[];
  readonly tasks: ResolvedTasks;
  readonly worker: ResolvedWorker;
  readonly background: ResolvedBackground;
  readonly scheduler: ResolvedScheduler;
  readonly context: ResolvedContext;
  readonly retry: ResolvedRetry;
  readonly timeout: ResolvedTimeout;
  readonly retention: ResolvedRetention;
  readonly payload: ResolvedPayload;
  readonly idempotencyTtl: Ms;
  readonly middleware: readonly TaskMiddlewareType[];
  readonly enhancers: { readonly globals: readonly EnhancerFamily[] };
  readonly logging: JobLogging;
  readonly codec: PayloadCodec;
  readonly clock: Clock;
  readonly role: ProcessRole;
  readonly enabled: boolean;
  readonly strict: boolean;
  /** What works and is probably not meant: to be logged. */
  readonly warnings: readonly string[];
}

/** `TaskOptions` checked, on top of the module's defaults. */
export interface ResolvedTaskOptions {
  readonly name: string;
  readonly queue?: string | undefined;
  readonly schema?: TaskSchema | undefined;
  readonly priority: number;
  readonly maxRetries: number;
  /** Explicit or the module's default, capped already. */
  readonly timeout: Ms;
  readonly delay?: Ms | undefined;
  readonly scheduleAt?: Date | undefined;
  readonly idempotencyKey?: string | ((payload: never) => string | undefined) | undefined;
  readonly retry: ResolvedRetry;
  readonly circuitBreaker?: ResolvedCircuitBreaker | undefined;
}
