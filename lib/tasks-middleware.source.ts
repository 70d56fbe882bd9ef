import type { Type } from '@nestjs/common';
import { ModuleRef, type ModulesContainer } from '@nestjs/core';
import type { ResolvedQueue } from './config/index.js';
import type { TaskMiddleware, TaskMiddlewareHooks, TaskMiddlewareType } from './contract/index.js';
import { TaskRegistrationError, toErrorRecord } from './errors/index.js';
import { type HandlerRegistry, hostsOf, importersOf, type ModuleHost } from './handlers/index.js';
import { type MiddlewareSource, toMiddleware } from './middleware/index.js';
import { TasksRunner } from './tasks.runner.js';

export interface MiddlewarePlan {
  readonly middleware: readonly TaskMiddlewareType[];
  readonly queues: readonly ResolvedQueue[];
}

type AnyMiddleware = TaskMiddleware | TaskMiddlewareHooks;

/**
 * The app's middleware, one instance a class: the provider where the app has one, else made with injection from the
 * module that names it.
 */
export class TasksMiddlewareSource implements MiddlewareSource {
  private readonly instances = new Map<TaskMiddlewareType, TaskMiddleware>();
  private readonly byQueue = new Map<string, readonly TaskMiddleware[]>();
  private outermost: readonly TaskMiddleware[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    private readonly handlers: HandlerRegistry,
  ) {}

  /** Makes every instance, when all handlers are registered. @throws TaskRegistrationError naming the class */
  async prepare({ middleware, queues }: MiddlewarePlan): Promise<void> {
    const root = this.importer();
    for (const type of [...middleware, ...queues.flatMap((queue) => queue.middleware)])
      await this.make(type, root);
    for (const name of this.handlers.names()) {
      const handler = this.handlers.get(name);
      const [host = root] =
        handler?.handlerClass === undefined ? [] : hostsOf(this.modules, handler.handlerClass);
      for (const type of handler?.middleware ?? []) await this.make(type, host);
    }
    this.outermost = middleware.map((type) => this.resolve(type));
    for (const queue of queues) {
      this.byQueue.set(
        queue.name,
        queue.middleware.map((type) => this.resolve(type)),
      );
    }
  }

  global(): readonly TaskMiddleware[] {
    return this.outermost;
  }

  forQueue(queue: string): readonly TaskMiddleware[] {
    return this.byQueue.get(queue) ?? [];
  }

  resolve(type: TaskMiddlewareType): TaskMiddleware {
    const instance = this.instances.get(type);
    if (instance === undefined)
      throw new TaskRegistrationError(`Middleware ${type.name} was not made at boot.`);
    return instance;
  }

  private async make(type: TaskMiddlewareType, host: ModuleHost): Promise<void> {
    if (this.instances.has(type)) return;
    try {
      this.instances.set(type, toMiddleware(this.provided(type, host) ?? (await create(type, host))));
    } catch (error) {
      const reason = toErrorRecord(error).message;
      throw new TaskRegistrationError(
        `Middleware ${type.name} cannot be made in ${host.metatype.name}: ${reason}\nList it in the providers of a module that has what it needs.`,
        { cause: error },
      );
    }
  }

  /** The app's own instance of it: of the module that names it, else of any. */
  private provided(type: TaskMiddlewareType, host: ModuleHost): AnyMiddleware | undefined {
    const provider = [host, ...hostsOf(this.modules, type)]
      .map(({ providers }) => providers.get(type))
      .find((wrapper) => wrapper !== undefined);
    if (provider !== undefined && (provider.isTransient || !provider.isDependencyTreeStatic())) {
      throw new TaskRegistrationError('it is a scoped provider, and one instance has to serve all jobs.');
    }
    return provider?.instance as AnyMiddleware | undefined;
  }

  /** The module that imports `TasksModule.forRoot()`: what its middleware needs is looked for there. */
  private importer(): ModuleHost {
    const [host] = hostsOf(this.modules, TasksRunner);
    const importer = host && (importersOf(this.modules, host)[0] ?? host);
    if (importer === undefined)
      throw new TaskRegistrationError('TasksModule.forRoot() is not part of the app.');
    return importer;
  }
}

function create(type: TaskMiddlewareType, host: ModuleHost): Promise<AnyMiddleware> {
  const moduleRef = host.getProviderByKey<ModuleRef>(ModuleRef).instance;
  return moduleRef.create(type as Type<AnyMiddleware>);
}
