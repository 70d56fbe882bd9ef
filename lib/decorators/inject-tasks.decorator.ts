import { type ForwardReference, Inject } from '@nestjs/common';
import { TaskRegistrationError } from '../errors/index.js';
import type { HandlerClass } from './handler-class.js';
import { noteTasks } from './injection-notes.js';
import { CLIENT_TOKEN_METADATA } from './metadata-keys.js';

/**
 * The injection token of a class's client: for factory providers, and for `overrideProvider` in tests.
 * @throws TaskRegistrationError for what is no class
 */
export function getTasksToken(handlerClass: HandlerClass): symbol {
  if (typeof handlerClass !== 'function') throw noClass('getTasksToken()', handlerClass);
  const known = Reflect.getOwnMetadata(CLIENT_TOKEN_METADATA, handlerClass) as symbol | undefined;
  const token = known ?? Symbol(`TaskClient:${handlerClass.name}`);
  if (known === undefined) Reflect.defineMetadata(CLIENT_TOKEN_METADATA, token, handlerClass);
  noteTasks({ token, resolve: () => handlerClass });
  return token;
}

/**
 * Injects the client of a class's tasks anywhere in the app, whichever module provides the class.
 *
 * @param handlerClass The class, or `forwardRef(() => EmailTasks)` where its file imports this one: a handler that
 * needs the service which enqueues it.
 * @throws TaskRegistrationError when it is undefined, as a circular import leaves it; at boot for a class that has no `@Task`
 *
 * @example
 * constructor(@InjectTasks(EmailTasks) private readonly emails: TaskClient<EmailTasks>) {}
 * await this.emails.send.delay({ to: user.email });
 */
export function InjectTasks(
  handlerClass: HandlerClass | ForwardReference<() => HandlerClass>,
): ParameterDecorator & PropertyDecorator {
  return Inject(tokenOf(handlerClass));
}

function tokenOf(handlerClass: HandlerClass | ForwardReference<() => HandlerClass>): symbol {
  if (typeof handlerClass === 'function') return getTasksToken(handlerClass);
  const reference = (handlerClass as Partial<ForwardReference<() => HandlerClass>> | undefined)?.forwardRef;
  if (typeof reference !== 'function') {
    throw noClass('@InjectTasks()', handlerClass);
  }
  const token = Symbol('TaskClient:forwardRef');
  noteTasks({ token, resolve: reference });
  return token;
}

function noClass(what: string, given: unknown): TaskRegistrationError {
  return new TaskRegistrationError(
    `${what} was given ${given === undefined ? 'undefined' : `a value of type ${typeof given}`}, not a class. A circular import leaves it undefined: write @InjectTasks(forwardRef(() => TheClass)).`,
  );
}
