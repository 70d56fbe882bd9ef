import type { ModulesContainer } from '@nestjs/core';
import { TaskRegistrationError } from '../errors/index.js';
import type { HandlerInvoke } from './handler-factory.js';
import { isScoped } from './job-scope.js';
import { hostsOf } from './nest-internals.js';
import type { RegisteredHandler } from './registered-handler.js';

/** Which task a handler belongs to. */
export type DecoratedHandler = Omit<RegisteredHandler, 'invoke'>;

/**
 * Wraps the handler of every `@Task` method once, when the app boots: the hook of monitoring agents. Inside all middleware,
 * outside of guards and interceptors. Leaves handlers as they are until it is replaced:
 *
 * - a module of the app provides this class (`{ provide: HandlerDecorator, useClass: … }`); several are applied in the order
 *   of their modules, the first innermost;
 * - an agent replaces `HandlerDecorator.prototype.decorate`, or the instance by Nest's `instrument.instanceDecorator`.
 *
 * What each job needs belongs into a middleware instead.
 *
 * @example
 * @Injectable()
 * class TracedHandlers extends HandlerDecorator {
 *   override decorate(invoke: HandlerInvoke, { name }: DecoratedHandler): HandlerInvoke {
 *     return (payload, ctx) => this.agent.trace(`task ${name}`, () => invoke(payload, ctx));
 *   }
 * }
 */
export class HandlerDecorator {
  /** @returns what is called in the place of `invoke`; it has to pass on the payload and the context */
  decorate(invoke: HandlerInvoke, _handler: DecoratedHandler): HandlerInvoke {
    return invoke;
  }
}

/**
 * All that the app provides, in the order of its modules.
 * @throws TaskRegistrationError for a scoped one: handlers are wrapped before there is a job
 */
export function handlerDecorators(modules: ModulesContainer): readonly HandlerDecorator[] {
  const wrappers = hostsOf(modules, HandlerDecorator).map(
    ({ providers }) => providers.get(HandlerDecorator) as NonNullable<ReturnType<typeof providers.get>>,
  );
  if (wrappers.some(isScoped)) {
    throw new TaskRegistrationError('HandlerDecorator is scoped, and has to be a singleton.');
  }
  return [...new Set(wrappers.map(({ instance }) => instance as HandlerDecorator))];
}
