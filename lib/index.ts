export * from './contract/index.js';
export * from './errors/index.js';
export {
  getQueueToken,
  getTasksToken,
  type HandlerClass,
  InjectJobContext,
  InjectQueue,
  InjectTasks,
  JOB_CONTEXT,
  JobContext,
  JobPayload,
  OnTaskEvent,
  Task,
  UseTaskMiddleware,
} from './decorators/index.js';
export { type TaskEventListener, TaskEvents } from './events/index.js';
export { StorageCarrier, type StorageMapping, TaskContextCarriers } from './context/index.js';
export {
  createMemoryBackend,
  createPostgresBackend,
  createRabbitMqBackend,
  createRedisBackend,
  migratePostgres,
  type PostgresBackendOptions,
  type PgliteLike,
  type PostgresPoolLike,
  type RabbitMqBackendOptions,
  type RedisBackendOptions,
  type RedisClientLike,
  type RedisClusterOptions,
  type RedisNode,
  type RedisSentinelOptions,
  TaskBackendRegistry,
} from './backends/index.js';
export { jsonCodec } from './codecs/index.js';
export { JobResult, type ResultStats, ResultStore } from './state/index.js';
export {
  type DeadLetterChoice,
  type DeadLetterListOptions,
  DeadLetterQueue,
  type DeadLetterRetryOptions,
  type DeadLetterStats,
  type DequeueOptions,
  DequeuedJob,
  firingOf,
  FailureRecord,
  JobSnapshot,
  JobTemplate,
  type ManagedEnqueueOptions,
  type NackOptions,
  OutboxRelays,
  type OutboxRelayStats,
  QueueRegistry,
  TaskClientFactory,
  TaskManager,
  TaskQueue,
} from './queue/index.js';
export {
  type DecoratedHandler,
  dtoSchema,
  type DtoSchemaOptions,
  type HandlerCall,
  HandlerDecorator,
  type HandlerInvoke,
  HandlerRegistry,
  isTaskContext,
  jobContextId,
  type RegisteredHandler,
  type SchemaTaskFunction,
  type TaskFunction,
} from './handlers/index.js';
export {
  LoggingMiddleware,
  MetricsMiddleware,
  type TaskMetrics,
  TaskMetricsCollector,
  TaskMiddlewarePipeline,
  TimeoutMiddleware,
  Zombies,
} from './middleware/index.js';
export { CircuitBreaker, type CircuitState, CurrentTask } from './execution/index.js';
export {
  Background,
  type BackgroundManagerOptions,
  type BackgroundMethod,
  type BackgroundMethodOptions,
  BackgroundTaskManager,
  type BackgroundWork,
  OnErrorPolicy,
  ScheduledWorker,
  type ScheduledWorkerOptions,
} from './background/index.js';
export {
  type DrainResult,
  type PoolStats,
  type StopOptions,
  TaskWorker,
  type WorkerJobStats,
  WorkerPool,
} from './worker/index.js';
export {
  CronExpression,
  type CronExpressionOptions,
  Scheduled,
  type ScheduledMethod,
  type ScheduledTiming,
  type SchedulerStatus,
  TaskScheduler,
} from './scheduling/index.js';
export type { TasksFeatureOptions, TasksModuleAsyncOptions, TasksOptionsFactory } from './module/index.js';
export { TasksModule, type TasksStubOptions } from './tasks.module.js';
