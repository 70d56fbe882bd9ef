import type { ResolvedTaskOptions } from '../config/index.js';
import type { HandlerClass } from '../decorators/index.js';

/** A task as the side that enqueues knows it: the defaults of its calls, and how classes call it. */
export interface TaskDefinition extends ResolvedTaskOptions {
  /** The method that is the task, when one is. */
  readonly method?: string | undefined;
  /** The classes by which callers know the method: its provider's, and those that it inherits from. */
  readonly classes: readonly HandlerClass[];
}

type Method = (...args: never[]) => unknown;

/**
 * What this process knows of tasks, for enqueueing them. A task that is not in it can be enqueued by name all the same:
 * another process may have its handler.
 */
export class TaskCatalogue {
  private readonly byName = new Map<string, TaskDefinition>();

  /** @param configured What the configuration says of a task that is not in the catalogue. */
  constructor(private readonly configured: (name: string) => TaskDefinition | undefined = () => undefined) {}

  /** Adds a task, or puts it in the place of the one with its name. */
  define(task: TaskDefinition): void {
    this.byName.set(task.name, task);
  }

  forget(name: string): void {
    this.byName.delete(name);
  }

  /** The task, or what the configuration says of one that this process does not know. */
  get(name: string): TaskDefinition | undefined {
    return this.byName.get(name) ?? this.configured(name);
  }

  /** The task, when this process knows it. */
  defined(name: string): TaskDefinition | undefined {
    return this.byName.get(name);
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  /** Whether any task is known by this class. */
  hasClass(handlerClass: HandlerClass): boolean {
    return [...this.byName.values()].some(({ classes }) => classes.includes(handlerClass));
  }

  /** The task that a class has under this method name. */
  byMethod(handlerClass: HandlerClass, method: string): TaskDefinition | undefined {
    for (const task of this.byName.values()) {
      if (task.method === method && task.classes.includes(handlerClass)) return task;
    }
    return undefined;
  }

  /** The task behind an unbound method such as `EmailTasks.prototype.send`. */
  byFunction(method: Method): TaskDefinition | undefined {
    for (const task of this.byName.values()) {
      const { method: name } = task;
      if (name !== undefined && task.classes.some((type) => methodOf(type, name) === method)) return task;
    }
    return undefined;
  }
}

function methodOf(type: HandlerClass, name: string): unknown {
  return (type.prototype as Record<string, unknown>)[name];
}
