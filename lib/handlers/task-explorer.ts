import type { TaskMiddlewareType } from '../contract/index.js';
import type { HandlerClass, TaskMetadataAccessor, TaskMetadata } from '../decorators/index.js';
import type { HandlerFactory } from './handler-factory.js';
import type { HandlerRegistry } from './handler-registry.js';
import { locating } from './located-error.js';
import type { DecoratedHandler, HandlerDecorator } from './handler-decorator.js';
import type { ProviderSite } from './provider-site.js';
import type { DecoratedMethod, ProviderSites } from './provider-sites.js';

interface FoundTask {
  readonly task: TaskMetadata;
  readonly middleware: readonly TaskMiddlewareType[];
}

/** Finds the `@Task` methods of the app's providers and controllers and registers them. */
export class TaskExplorer {
  private readonly ofClass = new WeakMap<ProviderSite, readonly TaskMiddlewareType[]>();

  constructor(
    private readonly sites: ProviderSites,
    private readonly accessor: TaskMetadataAccessor,
    private readonly factory: HandlerFactory,
    private readonly registry: HandlerRegistry,
    private readonly decorators: () => readonly HandlerDecorator[] = () => [],
  ) {}

  /**
   * To be called once, when every provider has its instance and before anything is enqueued.
   * @throws DuplicateTaskError, TaskRegistrationError, InvalidOptionError, UnknownQueueError, each naming class and method
   */
  explore(): void {
    const decorators = this.decorators();
    const all = this.sites.find(
      (prototype, method) => this.read(prototype, method),
      (prototype) => this.accessor.hasAny(prototype, ['task', 'schedule']),
    );
    for (const found of all) this.register(found, decorators);
  }

  private read(prototype: object, method: string): FoundTask | undefined {
    const task = this.accessor.findTask(prototype, method);
    return task && { task, middleware: this.accessor.findMiddleware(prototype, method) };
  }

  private register(found: DecoratedMethod<FoundTask>, decorators: readonly HandlerDecorator[]): void {
    const { site, method, metadata } = found;
    const where = `${site.type.name}.${method}`;
    const { name, options } = locating(where, () => this.registry.resolve(metadata.task.options, method));
    // Written out, and completed in place: to spread it twice took a third of what a task costs at boot.
    const handler: DecoratedHandler = {
      name,
      options,
      handlerClass: site.type,
      handlerMethod: method,
      handlerModule: site.host.metatype.name,
      isOfSchedule: metadata.task.isOfSchedule,
      middleware: [...this.classMiddleware(site), ...metadata.middleware],
    };
    const invoke = decorators.reduce(
      (inner, decorator) => decorator.decorate(inner, handler),
      this.factory.create(found),
    );
    this.registry.add(Object.assign(handler, { invoke }), classesWith(site, method));
  }

  private classMiddleware(site: ProviderSite): readonly TaskMiddlewareType[] {
    let middleware = this.ofClass.get(site);
    if (middleware === undefined) {
      const all = site.classes.map((type) => this.accessor.getMiddleware(type));
      this.ofClass.set(site, (middleware = all.find((types) => types.length > 0) ?? []));
    }
    return middleware;
  }
}

/** The classes by which callers may know the method: those of its provider and all they inherit it from. */
function classesWith({ classes }: ProviderSite, method: string): HandlerClass[] {
  const known = new Set<HandlerClass>();
  for (const type of classes) {
    let current: unknown = type;
    while (typeof current === 'function' && method in ((current.prototype as object | undefined) ?? {})) {
      known.add(current as HandlerClass);
      current = Reflect.getPrototypeOf(current);
    }
  }
  return [...known];
}
