import type { SchemaTaskOptions, TaskContext, TaskOptions, TaskSchema } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { TASK_METADATA } from './metadata-keys.js';
import { assertMethod, describeMember, markMethod } from './method-mark.js';
import type { ResultFit } from './result-fit.js';
import type { SchemaFit } from './schema-fit.js';

/** A method that can be a task: it needs its payload, and the context if it likes. */
export type TaskMethod = (payload: never, ctx: TaskContext) => unknown;

/** What {@link Task} gives: a decorator for methods that the schema fits, or else what arrives, and whose result the codec can carry. */
export type TaskDecorator<S extends TaskSchema | undefined = undefined> = <M extends TaskMethod>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<M> & SchemaFit<S, M> & ResultFit<M>,
) => void;

/** What {@link Task} leaves on a method. */
export interface TaskMetadata {
  /** It has no `@Task()` of its own: its schedule makes it one. */
  readonly isOfSchedule?: true;
  readonly options: TaskOptions | string | undefined;
}

/**
 * Makes a method of a provider or controller a task: calls of it can be enqueued and run in the background.
 *
 * The method gets the decoded payload and the {@link TaskContext}, and what it returns is the job's result. Further
 * parameters must be optional: nothing is passed to them. Calling the method itself stays a plain call.
 *
 * With a `schema` each payload is checked when it is enqueued, and the method gets what the schema makes of it when it runs.
 * The schema's output must fit the method's parameter, and what callers are to enqueue by the method's type must fit the
 * schema's input: else the decorator does not compile. Where input and output differ, the parameter is a `TaskPayload`.
 *
 * Without one the method gets what was enqueued as JSON has made it, so a parameter that says something else (a `Date`, which arrives as a
 * text) does not compile. What a pipe makes of the payload the compiler cannot know: there, type the options as {@link TaskOptions}.
 *
 * A method whose result JSON has no way to write (a `bigint`, a `Map`, a list of promises) does not compile: its jobs would do
 * their work and be dead letters. Declare the result as `unknown` where something around the method turns it into plain data.
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
export function Task<S extends TaskSchema | undefined = undefined>(
  options?: SchemaTaskOptions<S> | string,
): TaskDecorator<S> {
  return (target, property, descriptor) => {
    assertMethod('@Task()', target, property, descriptor);
    if (Reflect.hasOwnMetadata(TASK_METADATA, target, property)) {
      throw new TaskRegistrationError(`${describeMember(target, property)} has two @Task() decorators.`);
    }
    const metadata: TaskMetadata = { options };
    markMethod(TASK_METADATA, metadata, target, property, descriptor.value as TaskMethod);
  };
}
