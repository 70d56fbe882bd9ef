import type { Type } from '@nestjs/common';
import { ScheduledWorker } from '../background/index.js';
import { TaskMetadataAccessor } from '../decorators/index.js';
import type { FoundFeature } from '../handlers/index.js';

/** In these a class may register functions as handlers. */
const HOOKS = ['onModuleInit', 'onApplicationBootstrap'] as const;

/** Of each handler of a feature that has nothing to run, as far as its class tells, a sentence. */
export function idleHandlers(
  features: readonly Pick<FoundFeature, 'handlers' | 'importer'>[],
  accessor = new TaskMetadataAccessor(),
): string[] {
  return features.flatMap(({ handlers, importer }) =>
    handlers
      .filter((handler) => isIdle(handler, accessor))
      .map(
        ({ name }) =>
          `${importer}: TasksModule.forFeature() has ${name} among its handlers, and no method of it is a task or a listener. Decorate those that are, or make ${name} a provider of ${importer}.`,
      ),
  );
}

function isIdle(handler: Type, accessor: TaskMetadataAccessor): boolean {
  const prototype = handler.prototype as object;
  return !(
    prototype instanceof ScheduledWorker ||
    HOOKS.some((hook) => hook in prototype) ||
    accessor.hasWork(prototype)
  );
}
