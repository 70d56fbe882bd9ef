import type { SchemaOutput, TaskContext, TaskMiddlewareType, TaskSchema } from '../contract/index.js';
import type { HandlerClass } from '../decorators/index.js';
import type { ResolvedTaskOptions } from '../config/index.js';

/** A function that handles a task: its payload, decoded, and the context of the run. */
export type TaskFunction = (payload: never, ctx: TaskContext) => unknown;

/** The same where a schema is known, and with it what the function gets. */
export type SchemaTaskFunction<S extends TaskSchema | undefined> = S extends TaskSchema
  ? unknown extends SchemaOutput<S>
    ? TaskFunction
    : (payload: SchemaOutput<S>, ctx: TaskContext) => unknown
  : TaskFunction;

/** One task that this process can run. */
export interface RegisteredHandler {
  readonly name: string;
  readonly options: ResolvedTaskOptions;
  /** Calls the handler as it is now: what has wrapped the method since is called too. */
  readonly invoke: (payload: unknown, ctx: TaskContext) => unknown;
  /** The class that holds it, when a class does. */
  readonly handlerClass?: HandlerClass | undefined;
  readonly handlerMethod?: string | undefined;
  /** Name of the module that provides the class. */
  readonly handlerModule?: string | undefined;
  /** Its method has a schedule and no `@Task()`: it is called like its schedule. */
  readonly isOfSchedule?: true | undefined;
  /** Of the class, then of the method; outermost first. */
  readonly middleware: readonly TaskMiddlewareType[];
}
