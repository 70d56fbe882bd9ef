import type { TaskContext, TaskOptions } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { TASK_METADATA } from './metadata-keys.js';
import { assertMethod, describeMember, markMethod } from './method-mark.js';

/** A method that can be a task: it needs its payload, and the context if it likes. */
export type TaskMethod = (payload: never, ctx: TaskContext) => unknown;

/** What {@link Task} leaves on a method. */
export interface TaskMetadata {
  readonly options: TaskOptions | string | undefined;
}

/**
 * Makes a method of a provider or controller a task: calls of it can be enqueued and run in the background.
 *
 * The method gets the decoded payload and the {@link TaskContext}, and what it returns is the job's result. Further
 * parameters must be optional: nothing is passed to them. Calling the method itself stays a plain call.
 *
 * @param options The task's options, or its name. Default name: the method's. Names are unique in the app.
 * @throws TaskRegistrationError on a static method, an accessor, a symbol, or a method that has a `@Task()` already
 *
 * @example
 * @Task({ name: 'send-email', queue: 'notifications', maxRetries: 5, timeout: '30s' })
 * async send(email: Email, ctx: TaskContext): Promise<Receipt> {
 *   return this.mailer.send(email, { signal: ctx.signal });
 * }
 */
export function Task(options?: TaskOptions | string) {
  return <M extends TaskMethod>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    assertMethod('@Task()', target, property, descriptor);
    if (Reflect.hasOwnMetadata(TASK_METADATA, target, property)) {
      throw new TaskRegistrationError(`${describeMember(target, property)} has two @Task() decorators.`);
    }
    const metadata: TaskMetadata = { options };
    markMethod(TASK_METADATA, metadata, target, property, descriptor.value as M);
  };
}
