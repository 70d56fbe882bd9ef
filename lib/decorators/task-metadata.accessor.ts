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

/** What decorators of this package have left on one method, by key. */
type Marks = ReadonlyMap<string, unknown>;

/** What they have left on the methods of a class. */
interface Survey {
  /** By the method's name. */
  readonly methods: ReadonlyMap<string, Marks>;
  /** Whatever any method has. */
  readonly keys: ReadonlySet<string>;
}

/** What an explorer looks for on methods. */
export type MethodKind = 'task' | 'schedule' | 'listener' | 'background';

const KEY_OF: Readonly<Record<MethodKind, string>> = {
  task: TASK_METADATA,
  schedule: SCHEDULE_METADATA,
  listener: LISTENER_METADATA,
  background: BACKGROUND_METADATA,
};

/**
 * The only reader of what the decorators leave. It looks at prototypes, never at instances: an instance may be a proxy,
 * or have its methods wrapped by an APM agent that copies no metadata.
 */
export class TaskMetadataAccessor {
  /** Each class is read once: several explorers ask of every method of the app, and nearly none has a mark. */
  private readonly surveys = new WeakMap<object, Survey>();

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
    return options && { options, isOfSchedule: true };
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

  /** Whether any method of it, inherited or its own, may be one of these: where not, none has to be asked for. */
  hasAny(prototype: object, kinds: readonly MethodKind[]): boolean {
    const { keys } = this.survey(prototype);
    return kinds.some((kind) => keys.has(KEY_OF[kind]));
  }

  /** Whether a decorator of this package, middleware apart, marks a method of it, inherited or its own. */
  hasWork(prototype: object): boolean {
    return [...this.survey(prototype).keys].some((key) => key !== MIDDLEWARE_METADATA);
  }

  private find(key: string, prototype: object, name: string): unknown {
    return this.survey(prototype).methods.get(name)?.get(key);
  }

  private survey(prototype: object): Survey {
    let survey = this.surveys.get(prototype);
    if (survey === undefined) this.surveys.set(prototype, (survey = surveyOf(prototype)));
    return survey;
  }
}

/** What is overridden without its decorators has none. */
function surveyOf(prototype: object): Survey {
  const methods = new Map<string, Marks>();
  const keys = new Set<string>();
  const seen = new Set<string>(['constructor']);
  let owner: object | null = prototype;
  for (; owner !== null && owner !== Object.prototype; owner = Reflect.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const marks = marksOf(owner, name);
      if (marks === undefined) continue;
      methods.set(name, marks);
      for (const key of marks.keys()) keys.add(key);
    }
  }
  return { methods, keys };
}

/** Those of the function go before those of its name. */
function marksOf(owner: object, name: string): Marks | undefined {
  const method = Reflect.getOwnPropertyDescriptor(owner, name)?.value as unknown;
  let marks: Map<string, unknown> | undefined;
  for (const key of Reflect.getOwnMetadataKeys(owner, name) as unknown[]) {
    if (isOurs(key)) (marks ??= new Map()).set(key, Reflect.getOwnMetadata(key, owner, name));
  }
  if (typeof method !== 'function') return marks;
  for (const key of Reflect.getOwnMetadataKeys(method) as unknown[]) {
    if (isOurs(key)) (marks ??= new Map()).set(key, Reflect.getOwnMetadata(key, method));
  }
  return marks;
}

const isOurs = (key: unknown): key is string => typeof key === 'string' && key.startsWith(OWN_KEYS);
