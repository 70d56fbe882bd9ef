import { notedTaskClasses } from '../decorators/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import type { InjectedTokens } from '../handlers/index.js';
import type { TaskClientFactory } from '../queue/index.js';

/**
 * Refuses clients that could call nothing. To be asked when the handlers are registered: the tasks of a class may be those of
 * one that extends it.
 *
 * @throws TaskRegistrationError naming the class and who asks for its client
 */
export function checkClients(
  injected: Pick<InjectedTokens, 'consumersOf'>,
  clients: Pick<TaskClientFactory, 'hasTasks'>,
): void {
  for (const { token, resolve } of notedTaskClasses()) {
    // Another app of the process may be meant.
    const consumers = injected.consumersOf(token);
    const handlerClass = consumers.length === 0 ? undefined : resolve();
    if (handlerClass === undefined || clients.hasTasks(handlerClass)) continue;
    throw new TaskRegistrationError(
      `${consumers.join(', ')}: @InjectTasks(${handlerClass.name}) has nothing to call, for no method of ${handlerClass.name} has a @Task(). Decorate those that are tasks, or inject the class that has them.`,
    );
  }
}
