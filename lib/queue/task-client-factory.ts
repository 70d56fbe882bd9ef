import type { TaskClient } from '../contract/index.js';
import type { HandlerClass } from '../decorators/index.js';
import { TaskNotFoundError, TaskRegistrationError } from '../errors/index.js';
import type { QueueRegistry } from './queue-registry.js';
import type { TaskCatalogue } from './task-catalogue.js';
import type { TaskFinder } from './task-finder.js';
import { QueuedTask } from './task-handle.js';

/**
 * What Nest, `await`, loggers and assertion libraries look for on any object. A client answers as an object without them;
 * so it does even when its class has such a method, since Nest would call it on the client too.
 */
const PROBED: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
]);

/** Makes the clients that `@InjectTasks(Class)` injects. */
export class TaskClientFactory {
  /** @internal */
  constructor(
    private readonly queues: QueueRegistry,
    private readonly catalogue: TaskCatalogue,
    private readonly finder: TaskFinder,
  ) {}

  /**
   * The tasks of a class, each looked up when it is first used: clients are made before handlers are found. From now on they are
   * known by name, too: what is enqueued so goes by their options and is checked by their schemas.
   *
   * @throws TaskRegistrationError for what is no class
   * @example
   * const emails = factory.create(EmailTasks);
   * await emails.send.delay({ to: 'ada@example.com' });
   */
  create<T>(handlerClass: HandlerClass<T>): TaskClient<T> {
    if (typeof handlerClass !== 'function') {
      throw new TaskRegistrationError('TaskClientFactory.create() was given no class.', {
        remedy: 'Pass a class with `@Task()` methods. A circular import leaves one undefined.',
      });
    }
    this.finder.learnAll(handlerClass as HandlerClass);
    const handles = new Map<string, QueuedTask>();
    const get = (target: object, key: string | symbol): unknown => {
      if (typeof key === 'symbol' || PROBED.has(key)) return undefined;
      const known = handles.get(key);
      if (known !== undefined) return known;
      const handle = this.handleOf(handlerClass as HandlerClass, key);
      if (handle === undefined) return Reflect.get(target, key);
      handles.set(key, handle);
      return handle;
    };
    return new Proxy({}, { get }) as TaskClient<T>;
  }

  /** Whether a client of the class has anything to call. @internal */
  hasTasks(handlerClass: HandlerClass): boolean {
    return this.finder.hasTasks(handlerClass);
  }

  /** @throws TaskNotFoundError for a method of the class that is no task */
  private handleOf(handlerClass: HandlerClass, method: string): QueuedTask | undefined {
    const task = this.finder.ofClass(handlerClass, method);
    if (task !== undefined) return new QueuedTask(task, this.queues, this.catalogue);
    if (isMethod(handlerClass, method)) {
      throw new TaskNotFoundError(
        `${handlerClass.name}.${method}`,
        'The method has no `@Task()`, so it cannot be called through a client.',
      );
    }
    return undefined;
  }
}

/** Whether the class itself, or one that it extends, has the method; what every object has does not count. */
function isMethod(handlerClass: HandlerClass, name: string): boolean {
  let owner: object | null = handlerClass.prototype as object;
  while (owner !== null && owner !== Object.prototype) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
    owner = Reflect.getPrototypeOf(owner);
  }
  return false;
}
