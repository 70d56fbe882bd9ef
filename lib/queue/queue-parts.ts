import { hostname } from 'node:os';
import type { Ms } from '../contract/index.js';
import type { ResolvedQueue } from '../config/index.js';
import type { WorkProbes } from '../events/index.js';
import type { EventSink, FinishedJobs, QueueDirectory, StoreLink } from '../state/index.js';
import { DependencyResolver } from './dependency-resolver.js';
import { EnqueueBatch } from './enqueue-batch.js';
import { FiringBatch } from './firing-batch.js';
import type { EnqueueGather } from './enqueue-gather.js';
import { HandWorker } from './hand-worker.js';
import type { JobDesk } from './job-desk.js';
import { JobIntake } from './job-intake.js';
import { NewJobMaker, type EnqueueRules } from './new-job-maker.js';

/** What all queues of an app share. */
export interface SharedParts {
  readonly rules: EnqueueRules;
  readonly desk: JobDesk;
  readonly directory: QueueDirectory;
  readonly finished: FinishedJobs;
  readonly events: EventSink;
  readonly lease: Ms;
  /** Bytes. */
  readonly maxResult: number;
}

/** What a queue is made of. */
export interface QueueParts {
  readonly definition: ResolvedQueue;
  readonly store: StoreLink;
  readonly gather: EnqueueGather;
  readonly maker: NewJobMaker;
  readonly resolver: DependencyResolver;
  readonly intake: JobIntake;
  readonly batch: EnqueueBatch;
  readonly firing: FiringBatch;
  readonly hand: HandWorker;
  readonly desk: JobDesk;
  /** Who watches what is enqueued. */
  readonly probes: WorkProbes | undefined;
}

/** Puts a queue together. */
export function queueParts(
  definition: ResolvedQueue,
  store: StoreLink,
  gather: EnqueueGather,
  shared: SharedParts,
): QueueParts {
  const { rules, desk, directory, finished, events, lease, maxResult } = shared;
  const { clock, codecs } = rules;
  const queue = definition.name;
  const maker = new NewJobMaker(queue, { name: store.name, capabilities: store.queue.capabilities }, rules);
  const resolver = new DependencyResolver(queue, store, directory);
  const intake = new JobIntake(store, desk, events);
  const workerId = `by-hand:${hostname()}:${process.pid}`;
  const hand = new HandWorker(queue, {
    store,
    desk,
    codecs,
    clock,
    events,
    finished,
    lease,
    maxResult,
    workerId,
  });
  const batch = new EnqueueBatch({
    queue,
    alias: definition.alias,
    maxSize: definition.maxSize,
    store,
    gather,
    maker,
    resolver,
    intake,
    clock,
  });
  const firing = new FiringBatch({ store, maker, intake, gather });
  const { probes } = events;
  return { definition, store, gather, maker, resolver, intake, batch, firing, hand, desk, probes };
}
