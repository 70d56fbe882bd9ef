import {
  type BackendInfo,
  type BackendSubscription,
  type CancelVerdict,
  type Capabilities,
  type Claim,
  type ClaimRequest,
  type Clock,
  type EnqueueCallOptions,
  type EnqueueVerdict,
  type Forward,
  type ForwardRequest,
  type JobQuery,
  type JobRecord,
  type JobRef,
  type JobState,
  type Ms,
  type NewJob,
  type Page,
  type Payload,
  type QueueBackend,
  type QueueDefinition,
  type QueueStatus,
  type Receipt,
  type Recovery,
  type RetryVerdict,
  type RunNote,
  type SignalValue,
  systemClock,
  type Transaction,
  type Verdict,
} from '../../contract/index.js';
import { TasksClosedError, UnsupportedOperationError } from '../../errors/index.js';
import { atLeast } from './at-least.js';
import { cancelJob } from './cancel.js';
import { claimJobs } from './claim.js';
import { enqueueJobs } from './enqueue.js';
import { extendLeases } from './extend.js';
import { findJobs } from './find.js';
import { forwardJobs } from './forward.js';
import { inspectQueue } from './inspect.js';
import { jobRecord } from './job-view.js';
import { MEMORY_CAPABILITIES } from './memory-capabilities.js';
import type { MemoryBackendOptions } from './memory-options.js';
import { MemoryStore } from './memory-store.js';
import { recordNote } from './record.js';
import { recoverAll } from './recover.js';
import { clearQueue, removeJob } from './remove.js';
import { retryDeadJob } from './replay.js';
import { signalJob } from './signal.js';

/**
 * Queues in this process's memory: nothing to install, nothing survives a restart.
 *
 * It keeps no timer and does nothing between calls. Each call first does what is overdue on the queues that it
 * touches, and `claim` and `recover` say when to come back.
 *
 * @example
 * const backend = new MemoryQueueBackend();
 * await backend.open();
 * const { jobs } = await backend.claim({ worker: 'w1', lease: 30_000, take: [{ queue: 'default', limit: 10 }] });
 */
export class MemoryQueueBackend implements QueueBackend {
  readonly capabilities: Capabilities = MEMORY_CAPABILITIES;

  private readonly store: MemoryStore;
  private readonly clock: Clock;
  /**
   * Moments are whole milliseconds counted from here, so that each is a small integer for 24 days. As epoch milliseconds each
   * was an object of its own, and every claim of an old job had to be remembered by the collector: 0.45 µs a claim among a
   * million waiting jobs against 0.11 among ten thousand, and 0.15 since.
   */
  private readonly epoch: number;
  private isClosed = false;

  constructor(options: MemoryBackendOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.epoch = Math.floor(this.clock.now()) - 1;
    this.store = new MemoryStore(this.capabilities, this.epoch);
  }

  open(): Promise<void> {
    return this.answer(() => undefined);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  ping(): Promise<BackendInfo> {
    return this.answer(() => ({ type: 'memory', version: process.versions.node }));
  }

  declare(queues: readonly QueueDefinition[]): void {
    for (const queue of queues) this.store.define(queue, this.now());
    this.store.settleDown();
  }

  enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    return this.answer((now) => {
      refuseTransaction(options?.tx);
      return enqueueJobs(this.store, jobs, options, now);
    });
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.answer((now) => {
      refuseTransaction(request.tx);
      return claimJobs(this.store, request, this.capabilities.minLease, now);
    });
  }

  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    return this.answer((now) => extendLeases(receipts, atLeast(this.capabilities.minLease, lease), now));
  }

  record(notes: readonly RunNote[]): Promise<Verdict[]> {
    return this.answer((now) => notes.map((note) => recordNote(note, now)));
  }

  signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    return this.answer((now) => {
      this.store.known(job.queue, now);
      signalJob(this.store.job(job), name, value, now);
    });
  }

  forward(request: ForwardRequest): Promise<Forward> {
    return this.answer((now) => forwardJobs(this.store, request, now));
  }

  recover(): Promise<Recovery> {
    return this.answer((now) => recoverAll(this.store, now));
  }

  subscribe(
    queue: string,
    options: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    return this.store.queue(queue, this.now()).wakeUps.subscribe(options.demand, onAvailable);
  }

  get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return this.answer((now) =>
      jobs.map((job) => {
        const entry = this.store.known(job.queue, now)?.jobs.get(job.id);
        return entry && jobRecord(entry);
      }),
    );
  }

  find(query: JobQuery): Promise<Page<JobRecord>> {
    return this.answer((now) => {
      const queue = this.store.known(query.queue, now);
      return queue === undefined ? { items: [] } : findJobs(queue, query, now);
    });
  }

  inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    return this.answer((now) => queues.map((queue) => inspectQueue(this.store.known(queue, now))));
  }

  cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    return this.answer((now) => jobs.map((job) => cancelJob(this.currentJob(job, now), reason, now)));
  }

  remove(jobs: readonly JobRef[]): Promise<number> {
    return this.answer((now) => jobs.filter((job) => removeJob(this.currentJob(job, now), now)).length);
  }

  clear(queue: string, states: readonly JobState[]): Promise<number> {
    return this.answer((now) => {
      const known = this.store.known(queue, now);
      return known === undefined ? 0 : clearQueue(known, states, now);
    });
  }

  pause(queue: string): Promise<void> {
    return this.answer((now) => {
      this.store.current(queue, now).isPaused = true;
    });
  }

  resume(queue: string): Promise<void> {
    return this.answer((now) => {
      const current = this.store.current(queue, now);
      current.isPaused = false;
      current.stir();
    });
  }

  retryDead(
    jobs: readonly JobRef[],
    patch: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined } = {},
  ): Promise<RetryVerdict[]> {
    return this.answer((now) => jobs.map((job) => retryDeadJob(this.currentJob(job, now), patch, now)));
  }

  private currentJob(job: JobRef, now: number) {
    return this.store.known(job.queue, now)?.jobs.get(job.id);
  }

  private now(): number {
    return Math.floor(this.clock.now() - this.epoch);
  }

  /** One call: one reading of the clock, one step, then the wake-ups that it caused. */
  private answer<T>(step: (now: number) => T): Promise<T> {
    if (this.isClosed) return Promise.reject(new TasksClosedError('The memory backend is closed.'));
    try {
      return Promise.resolve(step(this.now()));
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.store.settleDown();
    }
  }
}

function refuseTransaction(tx: Transaction | undefined): void {
  if (tx === undefined) return;
  throw new UnsupportedOperationError(
    'join a transaction',
    'memory',
    'Use a backend on PostgreSQL, or call without `tx`.',
  );
}
