import { resolveTaskOptions, type TaskDefaults } from '../config/index.js';
import { TaskMetadataAccessor, type HandlerClass, type TaskMetadata } from '../decorators/index.js';
import { isInstance, TaskError } from '../errors/index.js';
import type { TaskCatalogue, TaskDefinition } from './task-catalogue.js';

type Method = (...args: never[]) => unknown;

/**
 * Finds the task that a caller means by a class or a method. A process that only enqueues has the decorated class and not
 * its provider: then the decorator itself says what the task is called and what its defaults are.
 */
export class TaskFinder {
  private readonly accessor = new TaskMetadataAccessor();

  constructor(
    private readonly catalogue: TaskCatalogue,
    private readonly defaults: TaskDefaults,
  ) {}

  /** @returns undefined when the class has no such `@Task` method */
  ofClass(handlerClass: HandlerClass, method: string): TaskDefinition | undefined {
    const metadata = this.accessor.findTask(handlerClass.prototype as object, method);
    return this.catalogue.byMethod(handlerClass, method) ?? this.learn(metadata, method, [handlerClass]);
  }

  /** Whether a client of the class has anything to call: tasks of its own, or those of a provider that extends it. */
  hasTasks(handlerClass: HandlerClass): boolean {
    const prototype = handlerClass.prototype as object;
    return (
      [...methodsOf(prototype)].some((method) => this.accessor.findTask(prototype, method) !== undefined) ||
      this.catalogue.hasClass(handlerClass)
    );
  }

  /** @param method Unbound, such as `EmailTasks.prototype.send`. */
  ofFunction(method: Method): TaskDefinition | undefined {
    return this.catalogue.byFunction(method) ?? this.learn(this.accessor.getTask(method), method.name, []);
  }

  /**
   * Takes up all tasks of a class, so that calls by name have their defaults and are checked by their schemas before one is called by its
   * method. As of no class: which method a class has is for its provider to say, where there is one. Options that are wrong are
   * left to be told to who uses their task, or by the registration of its handler.
   */
  learnAll(handlerClass: HandlerClass): void {
    const prototype = handlerClass.prototype as object;
    for (const method of methodsOf(prototype)) {
      try {
        this.learn(this.accessor.findTask(prototype, method), method, []);
      } catch (error) {
        if (!isInstance(error, TaskError)) throw error;
      }
    }
  }

  private learn(
    metadata: TaskMetadata | undefined,
    method: string,
    classes: readonly HandlerClass[],
  ): TaskDefinition | undefined {
    if (metadata === undefined) return undefined;
    const task = { ...resolveTaskOptions(metadata.options, method, this.defaults), method, classes };
    const known = this.catalogue.defined(task.name);
    if (known !== undefined) return known;
    this.catalogue.define(task);
    return task;
  }
}

/** The names of a prototype's members, inherited ones too; no getter is called. */
function methodsOf(prototype: object): Set<string> {
  const names = new Set<string>();
  let owner: object | null = prototype;
  while (owner !== null && owner !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(owner)) names.add(name);
    owner = Reflect.getPrototypeOf(owner);
  }
  return names;
}
