import type { ResolvedQueue } from '../config/index.js';
import type { TaskMiddleware, TaskMiddlewareType } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import type { HandlerRegistry, ModuleHost } from '../handlers/index.js';
import { type MiddlewareSource, toMiddleware } from '../middleware/index.js';
import type { TasksInstanceMaker } from './instance-maker.js';

export interface MiddlewarePlan {
  readonly middleware: readonly TaskMiddlewareType[];
  readonly queues: readonly ResolvedQueue[];
}

/**
 * The app's middleware, one instance a class: the provider where the app has one, else made with injection from the
 * module that names it.
 */
export class TasksMiddlewareSource implements MiddlewareSource {
  private readonly instances = new Map<TaskMiddlewareType, TaskMiddleware>();
  private readonly byQueue = new Map<string, readonly TaskMiddleware[]>();
  private outermost: readonly TaskMiddleware[] = [];

  constructor(
    private readonly maker: TasksInstanceMaker,
    private readonly handlers: HandlerRegistry,
  ) {}

  /** Makes every instance, when all handlers are registered. @throws TaskRegistrationError naming the class */
  async prepare({ middleware, queues }: MiddlewarePlan): Promise<void> {
    const root = this.maker.root();
    for (const type of [...middleware, ...queues.flatMap((queue) => queue.middleware)])
      await this.make(type, root);
    for (const name of this.handlers.names()) {
      const handler = this.handlers.get(name);
      // Looking for its module takes a walk through all of them.
      if (handler === undefined || handler.middleware.length === 0) continue;
      const [host = root] =
        handler.handlerClass === undefined ? [] : this.maker.hostsOf(handler.handlerClass);
      for (const type of handler.middleware) await this.make(type, host);
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
    this.instances.set(type, await this.maker.make('Middleware', type, host, toMiddleware));
  }
}
