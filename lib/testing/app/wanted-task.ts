import { AssertionError } from 'node:assert';
import { didYouMean } from '../../config/index.js';
import type { HandlerClass } from '../../decorators/index.js';
import { InvalidOptionError, TaskNotFoundError } from '../../errors/index.js';
import type { QueueSide } from '../../queue/index.js';

/**
 * A name that this app does not know may be that of a task of another process. One that is nearly that of a task is a typo, and "not enqueued"
 * would be true of it for ever.
 * @throws AssertionError
 */
export function assertNoTypo(name: string, known: readonly string[]): void {
  const meant = known.includes(name) ? '' : didYouMean(name, known);
  if (meant === '') return;
  throw new AssertionError({
    message: `The app has no task "${name}".${meant} Of a task of another process, look at enqueued(${JSON.stringify(name)}).`,
  });
}

/** @throws TaskNotFoundError for a method that is no task, or is not there; InvalidOptionError for what is no class */
export function taskNameOf(
  handlerClass: HandlerClass,
  method: string | undefined,
  clients: QueueSide['clients'],
): string {
  if (typeof handlerClass !== 'function') {
    throw new InvalidOptionError([
      { path: '(task)', message: 'must be a class and the name of its method, or the name of a task' },
    ]);
  }
  const client = clients.create(handlerClass) as Readonly<Record<string, { name: string } | undefined>>;
  const task = method === undefined ? undefined : client[method];
  if (task !== undefined) return task.name;
  const what =
    method === undefined
      ? 'A class is given together with the name of its method.'
      : `The class has no such method.${didYouMean(String(method), namesOf(handlerClass))}`;
  throw new TaskNotFoundError(`${handlerClass.name}.${String(method)}`, what, {
    remedy: 'Write the name of a method with `@Task()`, as the class has it.',
  });
}

const namesOf = ({ prototype }: HandlerClass): string[] =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
