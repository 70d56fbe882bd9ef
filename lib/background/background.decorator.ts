import { Inject } from '@nestjs/common';
import { assertKnownKeys } from '../config/index.js';
import { assertMethod, BACKGROUND_METADATA, describeMember, markMethod } from '../decorators/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { type AtHome, HOME } from './background-home.js';
import { BackgroundTaskManager } from './background-task-manager.js';

/** A method whose caller need not wait: it gives a promise, or nothing. */
export type BackgroundMethod = (...args: never[]) => PromiseLike<unknown> | void;

export interface BackgroundMethodOptions {
  /** What the log calls its calls. Default: class and method, as `AuditLog.flush`. */
  readonly name?: string | undefined;
}

const OPTIONS = ['name'] as const satisfies readonly (keyof BackgroundMethodOptions)[];

/**
 * Makes calls of a provider's method safe to be left alone: each is tracked by the {@link BackgroundTaskManager} of its app. What
 * it throws is logged and never unhandled, and the shutdown waits for it. It runs in this process, at once, and is no job: what
 * has to survive the process is a `@Task()`.
 *
 * The caller gets the method's own promise, to be awaited or not: its type stays true. It works on providers and controllers of
 * every scope and on what inherits from them; an override without the decorator is a plain method again. `this.background.signal`
 * of an injected manager tells the method that the shutdown has begun.
 *
 * @param options Options, or its name.
 * @throws TaskRegistrationError on a static method, an accessor or a symbol, and at a call on an object that neither Nest made
 * nor a manager adopted; InvalidOptionError for an option that does not exist
 *
 * @example
 * @Background()
 * async flush(entries: Entry[]): Promise<void> {
 *   await this.store.save(entries);
 * }
 * // elsewhere: goes on at once
 * void this.auditLog.flush(entries);
 */
export function Background(options: BackgroundMethodOptions | string = {}) {
  return <M extends BackgroundMethod>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    assertMethod('@Background()', target, property, descriptor);
    if (Reflect.hasOwnMetadata(BACKGROUND_METADATA, target, property)) {
      throw new TaskRegistrationError(
        `${describeMember(target, property)} has two @Background() decorators.`,
      );
    }
    if (typeof options !== 'string') assertKnownKeys(options, OPTIONS, describeMember(target, property));
    const name = typeof options === 'string' ? options : options.name;
    const method = descriptor.value as M;
    const tracked = trackedMethod(method, property, name) as unknown as M;
    copyMarks(method, tracked);
    descriptor.value = tracked;
    markMethod(BACKGROUND_METADATA, { name }, target, property, tracked);
    Inject(BackgroundTaskManager)(target, HOME);
  };
}

function trackedMethod(method: BackgroundMethod, property: string, name: string | undefined) {
  const tracked = function (this: object, ...args: never[]): Promise<unknown> {
    const manager = (this as AtHome | undefined)?.[HOME];
    if (manager === undefined) {
      throw new TaskRegistrationError(
        `${describeMember(this ?? {}, property)} was called in a constructor, or on an object that Nest did not make. Call it later, or let a BackgroundTaskManager adopt() the object.`,
      );
    }
    return manager.trackNamed(name ?? describeMember(this, property), () => method.apply(this, args));
  };
  Object.defineProperty(tracked, 'name', { value: property, configurable: true });
  Object.defineProperty(tracked, 'length', { value: method.length, configurable: true });
  return tracked;
}

/** What decorators below this one have left on the function: a listener, a schedule, a mark of another library. */
function copyMarks(from: object, to: object): void {
  for (const key of Reflect.getOwnMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}
