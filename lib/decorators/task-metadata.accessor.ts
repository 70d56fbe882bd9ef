import type { TaskMiddlewareType } from '../contract/index.js';
import {
  BACKGROUND_METADATA,
  LISTENER_METADATA,
  MIDDLEWARE_METADATA,
  OWN_KEYS,
  SCHEDULE_METADATA,
  TASK_METADATA,
} from './metadata-keys.js';
import type { ListenerMetadata } from './on-task-event.decorator.js';
import { type ScheduleMetadata, taskOfSchedules } from './schedule-metadata.js';
import type { TaskMetadata } from './task.decorator.js';

type Method = (...args: never[]) => unknown;

/**
 * The only reader of what the decorators leave. It looks at prototypes, never at instances: an instance may be a proxy,
 * or have its methods wrapped by an APM agent that copies no metadata.
 */
export class TaskMetadataAccessor {
  getTask(method: Method): TaskMetadata | undefined {
    return Reflect.getOwnMetadata(TASK_METADATA, method) as TaskMetadata | undefined;
  }

  getListeners(method: Method): readonly ListenerMetadata[] {
    return (
      (Reflect.getOwnMetadata(LISTENER_METADATA, method) as readonly ListenerMetadata[] | undefined) ?? []
    );
  }

  /** Of a class (its parents' when it has none of its own) or of a method; outermost first. */
  getMiddleware(target: object): readonly TaskMiddlewareType[] {
    return (
      (Reflect.getMetadata(MIDDLEWARE_METADATA, target) as readonly TaskMiddlewareType[] | undefined) ?? []
    );
  }

  /**
   * The task that `prototype` has under this name, inherited or its own; a method with `@Scheduled()` alone is one as well. An override
   * without a decorator has none.
   */
  findTask(prototype: object, name: string): TaskMetadata | undefined {
    const task = this.find(TASK_METADATA, prototype, name) as TaskMetadata | undefined;
    if (task !== undefined) return task;
    const options = taskOfSchedules(this.findSchedules(prototype, name));
    return options && { options };
  }

  findSchedules(prototype: object, name: string): readonly ScheduleMetadata[] {
    return (this.find(SCHEDULE_METADATA, prototype, name) as readonly ScheduleMetadata[] | undefined) ?? [];
  }

  findListeners(prototype: object, name: string): readonly ListenerMetadata[] {
    return (this.find(LISTENER_METADATA, prototype, name) as readonly ListenerMetadata[] | undefined) ?? [];
  }

  findMiddleware(prototype: object, name: string): readonly TaskMiddlewareType[] {
    return (
      (this.find(MIDDLEWARE_METADATA, prototype, name) as readonly TaskMiddlewareType[] | undefined) ?? []
    );
  }

  /** Whether calls of the method are background work. */
  isBackground(prototype: object, name: string): boolean {
    return this.find(BACKGROUND_METADATA, prototype, name) !== undefined;
  }

  /** Whether a decorator of this package, middleware apart, marks a method of it, inherited or its own. */
  hasWork(prototype: object): boolean {
    const seen = new Set<string>();
    let owner: object | null = prototype;
    for (; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
      for (const name of Object.getOwnPropertyNames(owner)) {
        // What is overridden without its decorators has none.
        if (!seen.has(name) && isMarked(owner, name)) return true;
        seen.add(name);
      }
    }
    return false;
  }

  private find(key: string, prototype: object, name: string): unknown {
    const owner = ownerOf(prototype, name);
    if (owner === undefined) return undefined;
    const method = Reflect.getOwnPropertyDescriptor(owner, name)?.value as unknown;
    const own: unknown = typeof method === 'function' ? Reflect.getOwnMetadata(key, method) : undefined;
    return own ?? Reflect.getOwnMetadata(key, owner, name);
  }
}

function isMarked(owner: object, name: string): boolean {
  const method = Reflect.getOwnPropertyDescriptor(owner, name)?.value as unknown;
  const keys = [
    ...(Reflect.getOwnMetadataKeys(owner, name) as unknown[]),
    ...(typeof method === 'function' ? (Reflect.getOwnMetadataKeys(method) as unknown[]) : []),
  ];
  return keys.some(
    (key) => typeof key === 'string' && key.startsWith(OWN_KEYS) && key !== MIDDLEWARE_METADATA,
  );
}

function ownerOf(prototype: object, name: string): object | undefined {
  let owner: object | null = prototype;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Reflect.getPrototypeOf(owner);
  return owner ?? undefined;
}
