import { Logger } from '@nestjs/common';
import type { TaskBackend } from '../contract/index.js';
import { CodecSet } from '../codecs/index.js';
import { configuredTask, type ResolvedOptions, type ResolvedQueue } from '../config/index.js';
import { TaskContextCarriers } from '../context/index.js';
import { FinishedJobs, ResultStore, StoreLink, type EventSink } from '../state/index.js';
import { DeadLetterQueue } from './dead-letter-queue.js';
import { EnqueueGather } from './enqueue-gather.js';
import { JobDesk } from './job-desk.js';
import { JobIds } from './job-ids.js';
import { outboxesOf } from './outbox-links.js';
import { OutboxRelays } from './outbox-relays.js';
import { queueDefinition } from './queue-definition.js';
import { queueParts, type SharedParts } from './queue-parts.js';
import { QueueRegistry } from './queue-registry.js';
import { RetentionSettings } from './retention-settings.js';
import { TaskCatalogue } from './task-catalogue.js';
import { TaskClientFactory } from './task-client-factory.js';
import { TaskFinder } from './task-finder.js';
import { TaskManager } from './task-manager.js';
import { TaskQueue } from './task-queue.js';

/** Everything of an app that enqueues and looks after jobs, put together. It declares queues; it opens no backend. */
export class QueueSide {
  readonly catalogue: TaskCatalogue;
  readonly codecs: CodecSet;
  readonly queues: QueueRegistry;
  readonly finished: FinishedJobs;
  readonly results: ResultStore;
  readonly manager: TaskManager;
  readonly clients: TaskClientFactory;
  readonly deadLetters: DeadLetterQueue;
  readonly relays: OutboxRelays;

  private readonly retention: RetentionSettings;
  private readonly shared: SharedParts;
  private readonly gathers = new Map<StoreLink, EnqueueGather>();

  /**
   * @param backends By the names of their entries in the options.
   * @param events Where `queued`, `cancelled` and what is done by hand is told.
   * @param context What carries the caller's context along with its jobs. Default: nothing does.
   */
  constructor(
    private readonly options: ResolvedOptions,
    backends: ReadonlyMap<string, TaskBackend>,
    events: EventSink,
    context = new TaskContextCarriers(),
  ) {
    const { clock, payload } = options;
    const retention = new RetentionSettings(options.retention);
    this.catalogue = new TaskCatalogue((name) => {
      const task = configuredTask(name, options);
      return task && { ...task, classes: [] };
    });
    const codecs = new CodecSet([options.codec]);
    const outboxes = outboxesOf(options, backends);
    const links = new Map(
      [...backends].map(([name, backend]) => [name, new StoreLink(name, backend, outboxes.get(name)?.door)]),
    );
    const logger = new Logger('OutboxRelays');
    this.relays = new OutboxRelays(
      [...outboxes].map(([name, { outbox, store }]) => {
        const target = (backends.get(name) as TaskBackend).queue;
        return { backend: name, outbox, target, store, clock, logger };
      }),
    );
    const queues = new QueueRegistry(
      links,
      (definition, store) => this.makeQueue(definition, store),
      retention,
    );
    const finished = new FinishedJobs(queues, clock);
    const desk = new JobDesk({ directory: queues, finished, codecs, events, clock });
    const finder = new TaskFinder(this.catalogue, options);

    this.codecs = codecs;
    this.queues = queues;
    this.retention = retention;
    this.finished = finished;
    this.shared = {
      rules: {
        clock,
        ids: new JobIds(),
        codecs,
        catalogue: this.catalogue,
        maxPayload: payload.maxSize,
        maxRetries: options.retry.maxRetries,
        maxTimeout: options.timeout.max,
        idempotencyTtl: options.idempotencyTtl,
        context,
      },
      desk,
      directory: queues,
      finished,
      events,
      lease: options.worker.lease,
      maxResult: payload.maxResultSize,
    };
    this.results = new ResultStore({ directory: queues, finished, codecs, clock, events, retention });
    this.manager = new TaskManager(queues, this.catalogue, finder, desk);
    this.clients = new TaskClientFactory(queues, this.catalogue, finder);
    this.deadLetters = new DeadLetterQueue({
      queues,
      desk,
      codecs,
      catalogue: this.catalogue,
      maxPayload: payload.maxSize,
      retention,
    });
    for (const queue of options.queues) queues.declare(queue);
  }

  private makeQueue(definition: ResolvedQueue, store: StoreLink): TaskQueue {
    store.queue.declare([queueDefinition(definition, this.retention.current)]);
    return new TaskQueue(queueParts(definition, store, this.gatherOf(store), this.shared));
  }

  private gatherOf(store: StoreLink): EnqueueGather {
    const known = this.gathers.get(store);
    if (known !== undefined) return known;
    const limit = store.queue.capabilities.enqueueBatch;
    const gather = new EnqueueGather(store.queue, store.name, limit, this.options.clock);
    this.gathers.set(store, gather);
    return gather;
  }
}
