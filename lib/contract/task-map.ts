import type { EnqueueOptions } from './enqueue-options.js';
import type { Carried } from './serialized.js';
import type { PayloadArguments, PayloadOf, ResultOf } from './task-client.js';

type AnyMethod = (...args: never[]) => unknown;

/** The tasks of a queue of which nothing is said: any name, any payload. */
export type AnyTasks = Readonly<Record<string, unknown>>;

/** The names of a map of tasks. */
export type TaskName<T> = keyof T & string;

/** What callers enqueue for an entry of a map of tasks: of a method its payload, else the entry is the payload. */
export type MappedPayload<E> = unknown extends E ? unknown : E extends AnyMethod ? PayloadOf<E> : E;

/** What they get back: of a method its result, else of any type. */
export type MappedResult<E> = unknown extends E ? unknown : E extends AnyMethod ? ResultOf<E> : unknown;

/** How a call by name is written. */
export type MappedArguments<E> = PayloadArguments<MappedPayload<E>, EnqueueOptions>;

/** The payload of a request: needed where the task needs one. */
type RequestPayload<P> = [P] extends [void]
  ? { readonly payload?: undefined }
  : undefined extends P
    ? { readonly payload?: Carried<P> }
    : { readonly payload: Carried<P> };

/** One call of {@link TaskQueue.enqueueMany}: the name of a task, its payload, and how it is enqueued. */
export type MappedRequest<T> = {
  [N in TaskName<T>]: Omit<EnqueueOptions, 'tx'> & { readonly name: N } & RequestPayload<MappedPayload<T[N]>>;
}[TaskName<T>];
