import { Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TasksModule, type NamedBackendOptions, type WorkerOptions } from 'nestjs-tasks';
import { QUEUE, type QueueLimits } from './settings.js';

export const MAX_RETRIES = 5;

/** An app with its queue on the backend under test, the last one. Everything that finishes is kept, so that a run can be counted afterwards. */
export function chaosModule(
  backends: readonly NamedBackendOptions[],
  worker: WorkerOptions,
  providers: NonNullable<ModuleMetadata['providers']> = [],
  limits?: QueueLimits,
): new () => object {
  const tasks = TasksModule.forRoot({
    backends,
    queues: [{ name: QUEUE, backend: backends.at(-1)?.name, ...limits }],
    worker: { ...worker, queues: [QUEUE] },
    retry: { maxRetries: MAX_RETRIES, backoff: 'fixed', delay: 50, jitter: false },
    retention: { completedMax: 10_000_000 },
    logging: 'none',
  });
  @Module({ imports: [tasks], providers })
  class ChaosModule {}
  return ChaosModule;
}

export function startApp(module: new () => object): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(module, { logger: ['warn', 'error', 'fatal'] });
}
