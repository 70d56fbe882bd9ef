import { assertTaskName, nearestName, resolveTaskOptions, type TaskDefaults } from '../config/index.js';
import type { Clock, SchemaTaskOptions, TaskContext, TaskOptions, TaskSchema } from '../contract/index.js';
import type { HandlerClass } from '../decorators/index.js';
import { DuplicateTaskError, TaskNotFoundError, TaskRegistrationError } from '../errors/index.js';
import { checkPayload } from '../schemas/index.js';
import { DetachedContext } from './detached-context.js';
import type { RegisteredHandler, SchemaTaskFunction } from './registered-handler.js';
import type { DeclaredQueues, TaskDefinitions } from './registry-ports.js';
import { isStream, lastValueOf, untilAborted } from './result-stream.js';

/** A job to be run by hand: what its task is called, and what the handler gets. */
export interface HandlerCall {
  readonly name: string;
  readonly payload?: unknown;
}

/**
 * The tasks that this process can run. `@Task` methods are registered while the app boots; functions can be at any time,
 * and jobs of theirs are served from then on.
 *
 * @example
 * constructor(private readonly handlers: HandlerRegistry) {}
 * this.handlers.register('resize', (image: Image, ctx) => this.resizer.resize(image, ctx.signal), { maxRetries: 1 });
 */
export class HandlerRegistry {
  private readonly handlers = new Map<string, RegisteredHandler>();

  constructor(
    private readonly defaults: TaskDefaults & { readonly clock: Clock },
    private readonly definitions: TaskDefinitions,
    private readonly queues: DeclaredQueues,
  ) {}

  /**
   * Registers a function, synchronous or not, as the handler of a task.
   *
   * @param name Unique in the app.
   * @param options As of `@Task()`; its `name` is ignored. With a `schema` the function gets what that makes of the payload.
   * @throws DuplicateTaskError when the name is taken, InvalidNameError or InvalidOptionError for what cannot be used,
   * UnknownQueueError for a queue that is not declared, TaskRegistrationError when `handler` is no function
   */
  register<S extends TaskSchema | undefined = undefined>(
    name: string,
    handler: SchemaTaskFunction<S>,
    options?: SchemaTaskOptions<S>,
  ): RegisteredHandler {
    if (typeof handler !== 'function') {
      throw new TaskRegistrationError(`The handler of task "${name}" is no function.`, {
        remedy: 'Pass a function as the second argument: `register(name, (payload, ctx) => …)`.',
      });
    }
    return this.add({
      ...this.resolve({ ...(options as TaskOptions | undefined), name }, name),
      invoke: handler as RegisteredHandler['invoke'],
      middleware: [],
    });
  }

  /** Jobs of the task are no longer served here. @returns whether it was there */
  unregister(name: string): boolean {
    this.definitions.forget(name);
    return this.handlers.delete(name);
  }

  get(name: string): RegisteredHandler | undefined {
    return this.handlers.get(name);
  }

  has(name: string): boolean {
    return this.handlers.has(name);
  }

  names(): readonly string[] {
    return [...this.handlers.keys()];
  }

  /**
   * Calls a handler here and now, with what its schema makes of the payload: no queue, no middleware, no timeout, no retry.
   * What it throws is thrown.
   *
   * @param ctx What the handler gets as its context. Default: one of a first attempt that nobody interrupts.
   * @throws TaskNotFoundError when no such task is registered, TaskValidationError for a payload that breaks the schema,
   *   InvalidNameError for a call without the name of a task
   */
  async execute(job: HandlerCall, ctx?: TaskContext): Promise<unknown> {
    assertTaskName((job as HandlerCall | undefined)?.name);
    const handler = this.handlers.get(job.name);
    if (handler === undefined) throw new TaskNotFoundError(job.name, this.suggestion(job.name));
    const { schema } = handler.options;
    const payload = schema === undefined ? job.payload : await checkPayload(job.name, schema, job.payload);
    const context = ctx ?? new DetachedContext(handler, this.defaults.clock);
    const result: unknown = await handler.invoke(payload, context);
    return isStream(result)
      ? lastValueOf(untilAborted(result, context.signal), `The handler of task "${job.name}"`)
      : result;
  }

  /** The options of a task on top of the module's defaults. @internal */
  resolve(
    options: TaskOptions | string | undefined,
    method: string,
  ): Pick<RegisteredHandler, 'name' | 'options'> {
    const resolved = resolveTaskOptions(options, method, this.defaults);
    if (resolved.queue !== undefined) this.queues.get(resolved.queue);
    return { name: resolved.name, options: resolved };
  }

  /** @param classes Classes by which callers may know a `@Task` method. @internal */
  add(handler: RegisteredHandler, classes: readonly HandlerClass[] = []): RegisteredHandler {
    const known = this.handlers.get(handler.name);
    if (known !== undefined) throw duplicate(known, handler);
    this.handlers.set(handler.name, handler);
    this.definitions.define({ ...handler.options, method: handler.handlerMethod, classes });
    return handler;
  }

  /** What is probably meant by a name that is not registered, as a sentence. @internal */
  suggestion(name: string): string | undefined {
    const nearest = nearestName(name, this.names());
    return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
  }
}

function duplicate(known: RegisteredHandler, handler: RegisteredHandler): DuplicateTaskError {
  const { handlerClass, handlerMethod } = handler;
  const isSameMethod =
    handlerClass !== undefined &&
    handlerClass === known.handlerClass &&
    handlerMethod === known.handlerMethod;
  const options = isSameMethod
    ? // No other name could help a class that two modules provide: each of its methods has one name.
      {
        remedy: `Provide ${handlerClass?.name} in one module, export it there, and import that module where it is needed.`,
      }
    : known.isOfSchedule === true || handler.isOfSchedule === true
      ? { remedy: SCHEDULE_REMEDY }
      : {};
  return new DuplicateTaskError(handler.name, describe(known), describe(handler), options);
}

const SCHEDULE_REMEDY =
  'A method with `@Scheduled()` and no `@Task()` is a task of the name of its schedule, else of its method: give one of them another with `@Scheduled(…, { name })`.';

/** `EmailTasks.send (MailModule)`, or that it is a function. */
export function describe({ handlerClass, handlerMethod, handlerModule }: RegisteredHandler): string {
  if (handlerClass === undefined) return 'a function given to HandlerRegistry.register()';
  const member = `${handlerClass.name}.${handlerMethod}`;
  return handlerModule === undefined ? member : `${member} (in ${handlerModule})`;
}
