import type { EnqueueOptions } from './enqueue-options.js';
import type { Job } from './job.js';
import type { Carried, Serialized } from './serialized.js';
import type { TaskContext } from './task-context.js';
import type { Enqueued } from './task-schema.js';

type AnyMethod = (...args: never[]) => unknown;

/** The payload that callers of a `@Task` method enqueue; `void` when it takes none. */
export type PayloadOf<M> = M extends (...args: infer A) => unknown
  ? A extends readonly []
    ? void
    : unknown extends A[0]
      ? unknown
      : [A[0]] extends [TaskContext]
        ? void
        : Enqueued<A[0]>
  : never;

/** An Observable of rxjs, by what it is told by: its types are not imported here. */
interface StreamOf<T> {
  subscribe(...args: never[]): unknown;
  pipe(...args: never[]): unknown;
  forEach(next: (value: T) => void): Promise<void>;
}

type LastOf<V> = V extends StreamOf<infer T> ? T : V;

/** What a method that returns `R` ends with: what a promise resolves to, the last value of an Observable. */
export type Settled<R> = LastOf<Awaited<R>>;

/** What its callers get back: the settled return value, as the codec carries it. */
export type ResultOf<M> = M extends (...args: never[]) => infer R ? Serialized<Settled<R>> : never;

/** How a call of a task is written: without a payload when it takes none, and not at all when the codec cannot carry it. */
export type PayloadArguments<P, O> = [P] extends [void]
  ? [payload?: undefined, options?: O]
  : undefined extends P
    ? [payload?: Carried<P>, options?: O]
    : [payload: Carried<P>, options?: O];

/** What of a queue a call can be sent to; a `TaskQueue` is one. */
export interface EnqueueTarget {
  readonly name: string;
  enqueue(name: string, payload?: unknown, options?: EnqueueOptions): Promise<Job>;
}

/** One task, ready to be called in the background. */
export interface TaskHandle<P = unknown, R = unknown> {
  readonly name: string;
  /** Enqueues a call on the task's own queue. Resolves when the backend has accepted it. */
  delay(...args: PayloadArguments<P, EnqueueOptions>): Promise<Job<P, R>>;
  /** Enqueues a call on a queue of choice. @throws InvalidOptionError for what is no queue */
  applyAsync(queue: EnqueueTarget, ...args: PayloadArguments<P, EnqueueOptions>): Promise<Job<P, R>>;
  /** The call as a value, not enqueued yet. */
  signature(...args: PayloadArguments<P, EnqueueOptions>): TaskSignature<P, R>;
}

/** A call of a task as a value: plain data, to be kept, combined or enqueued later. */
export interface TaskSignature<P = unknown, R = unknown> {
  readonly name: string;
  readonly queue: string;
  readonly payload: P;
  readonly options: EnqueueOptions;
  /** Only in the type: what the call gives back. */
  readonly __result?: R;
}

/**
 * `K` where that is a method. Asked of an object that has it as its member, not of the member itself: a class may have its own client as a
 * public property, and the compiler looks without an end into a client that it asks whether it is a method.
 */
type MethodName<T, K extends keyof T> = { member: T[K] } extends { member: AnyMethod } ? K : never;

/**
 * The tasks of a class, each a {@link TaskHandle} typed from its method. A method without `@Task` throws
 * `TaskNotFoundError` at first access.
 *
 * @example
 * constructor(@InjectTasks(EmailTasks) private readonly emails: TaskClient<EmailTasks>) {}
 * await this.emails.send.delay({ to: user.email });
 */
export type TaskClient<T> = {
  readonly [K in keyof T as MethodName<T, K>]: TaskHandle<PayloadOf<T[K]>, ResultOf<T[K]>>;
};
