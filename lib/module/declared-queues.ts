import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { queueToken } from '../decorators/index.js';
import { hostsOf, provideValue } from '../handlers/index.js';
import { QueueSide } from '../queue/index.js';

/** The names of the queues that got their tokens only now. */
const DECLARED_QUEUES: InjectionToken<readonly string[]> = Symbol('DeclaredTaskQueues');

/**
 * Options that are made while the app boots declare queues whose names no decorator has said. Nobody can inject those, but
 * `app.get(getQueueToken(name))` and modules that are loaded later find them.
 */
export const declaredQueuesProvider: FactoryProvider<readonly string[]> = {
  provide: DECLARED_QUEUES,
  inject: [ModulesContainer, QueueSide],
  useFactory: (modules: ModulesContainer, { queues }: QueueSide) => {
    const [core] = hostsOf(modules, DECLARED_QUEUES);
    return queues.definitions().flatMap(({ name, alias }) =>
      [name, ...(alias === undefined ? [] : [alias])].filter((known) => {
        const token = queueToken(known);
        if (core === undefined || core.providers.has(token)) return false;
        provideValue(core, token, queues.get(known));
        return true;
      }),
    );
  },
};
