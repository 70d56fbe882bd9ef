import type { FactoryProvider } from '@nestjs/common';
import { BackendSet } from '../backends/index.js';
import type { ResolvedOptions } from '../config/index.js';
import { TaskContextCarriers } from '../context/index.js';
import { TaskEvents } from '../events/index.js';
import {
  DeadLetterQueue,
  OutboxRelays,
  QueueRegistry,
  QueueSide,
  TaskClientFactory,
  TaskManager,
} from '../queue/index.js';
import { ResultStore } from '../state/index.js';
import { declaredQueuesProvider } from './declared-queues.js';
import { QueueGate } from './queue-gate.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** The side of the caller. */
export const queueProviders = (anyQueue: boolean): FactoryProvider[] => [
  { provide: TaskEvents, useFactory: () => new TaskEvents() },
  {
    provide: QueueSide,
    inject: [RESOLVED_OPTIONS, BackendSet, TaskEvents, TaskContextCarriers],
    useFactory: (
      options: ResolvedOptions,
      backends: BackendSet,
      events: TaskEvents,
      context: TaskContextCarriers,
    ) => new QueueSide(options, new Map(backends.entries()), events, context),
  },
  {
    provide: QueueGate,
    inject: [QueueSide, RESOLVED_OPTIONS],
    useFactory: ({ queues }: QueueSide, options: ResolvedOptions) => new QueueGate(queues, options, anyQueue),
  },
  declaredQueuesProvider,
  part(QueueRegistry, (side) => side.queues),
  part(TaskManager, (side) => side.manager),
  part(TaskClientFactory, (side) => side.clients),
  part(DeadLetterQueue, (side) => side.deadLetters),
  part(ResultStore, (side) => side.results),
  part(OutboxRelays, (side) => side.relays),
];

/** One of its parts, to be injected by its class. */
function part<T>(
  type: abstract new (...args: never[]) => T,
  pick: (side: QueueSide) => T,
): FactoryProvider<T> {
  return { provide: type, inject: [QueueSide], useFactory: pick };
}
