import { type ExistingProvider, type FactoryProvider, Scope } from '@nestjs/common';
import {
  getQueueToken,
  getTasksToken,
  type NotedTasks,
  notedQueues,
  notedTaskClasses,
} from '../decorators/index.js';
import { TaskRegistrationError, UnknownQueueError } from '../errors/index.js';
import { CurrentTask, TaskContextStorage } from '../execution/index.js';
import { InjectedTokens, locating } from '../handlers/index.js';
import { TaskClientFactory, type TaskQueue } from '../queue/index.js';
import { QueueGate } from './queue-gate.js';
import { undeclaredQueue } from './undeclared-queue.js';

type InjectionProvider = FactoryProvider | ExistingProvider;

/**
 * A provider for each token that an injection decorator of this process has named. They may be another app's: so what this
 * app does not declare is refused only where one of its own classes asks for it.
 *
 * @param declared Names that are known without a note, for `app.get(getQueueToken(name))`.
 */
export function injectionProviders(declared: readonly string[]): InjectionProvider[] {
  const names = new Set<string | undefined>([undefined, ...declared, ...notedQueues()]);
  return [
    ...[...names].map((name) => queueProvider(name)),
    ...notedTaskClasses().flatMap((note) => clientProviders(note)),
    currentTaskProvider,
  ];
}

function queueProvider(name: string | undefined): FactoryProvider<TaskQueue> {
  const token = getQueueToken(name);
  return {
    provide: token,
    inject: [QueueGate, InjectedTokens],
    useFactory: (gate: QueueGate, injected: InjectedTokens) => {
      const consumers = injected.consumersOf(token);
      if (consumers.length > 0) return locating(consumers.join(', '), () => gate.get(name));
      try {
        return gate.peek(name);
      } catch (error) {
        if (error instanceof UnknownQueueError) return undeclaredQueue(error);
        throw error;
      }
    },
  };
}

function clientProviders({ token, resolve }: NotedTasks): InjectionProvider[] {
  const handlerClass = resolve();
  if (handlerClass === undefined) return [unresolvedProvider(token)];
  const own = getTasksToken(handlerClass);
  const client: FactoryProvider = {
    provide: own,
    inject: [TaskClientFactory],
    useFactory: (clients: TaskClientFactory) => clients.create(handlerClass),
  };
  return token === own ? [client] : [client, { provide: token, useExisting: own }];
}

/** A forward reference that leads nowhere even now that every class was read. */
function unresolvedProvider(token: symbol): FactoryProvider {
  return {
    provide: token,
    inject: [InjectedTokens],
    useFactory: (injected: InjectedTokens) => {
      const consumers = injected.consumersOf(token);
      if (consumers.length === 0) return undefined;
      throw new TaskRegistrationError(
        `${consumers.join(', ')}: the forward reference of @InjectTasks() gives undefined.`,
      );
    },
  };
}

/** Transient, so that it is made for whoever injects it and never otherwise: only then is the context carried. */
const currentTaskProvider: FactoryProvider<CurrentTask> = {
  provide: CurrentTask,
  scope: Scope.TRANSIENT,
  inject: [TaskContextStorage],
  useFactory: (storage: TaskContextStorage) => {
    storage.enable();
    return new CurrentTask(storage);
  },
};
