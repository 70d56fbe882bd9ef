import type { ClaimedJob, Clock, Duration, Ms, Outcome, Settlement, TaskEvent } from '../contract/index.js';
import { exceeds, jsonCodec, type CodecSet } from '../codecs/index.js';
import { assertKnownKeys, toMs } from '../config/index.js';
import {
  InvalidOptionError,
  JobNotFoundError,
  LeaseLostError,
  PayloadTooLargeError,
  toErrorRecord,
} from '../errors/index.js';
import {
  endOf,
  isEnd,
  tellEnded,
  type EventSink,
  type FinishedJobs,
  type StoreLink,
} from '../state/index.js';
import { DequeuedJob, type HandSettler, type NackOptions } from './dequeued-job.js';
import type { JobDesk } from './job-desk.js';

export interface DequeueOptions {
  /** How long the job stays with you unless you extend it. Default: `worker.lease`, 30 s. At least 1 s. */
  readonly lease?: Duration | undefined;
}

export interface HandWorkerParts {
  readonly store: StoreLink;
  readonly desk: JobDesk;
  readonly codecs: CodecSet;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly finished: FinishedJobs;
  /** Of a dequeue that does not say. */
  readonly lease: Ms;
  /** Bytes. */
  readonly maxResult: number;
  /** Shown in the records of jobs that it takes. */
  readonly workerId: string;
}

const SHORTEST_LEASE: Ms = 1_000;
const MOST_AT_ONCE = 1_000;
const NACK_OPTIONS = [
  'requeue',
  'delay',
  'error',
  'metadata',
] as const satisfies readonly (keyof NackOptions)[];

/** Takes jobs of one queue by hand, with a lease like a worker's, and settles them one by one. */
export class HandWorker implements HandSettler {
  /** What was said of each job already. The same again, as after a lost answer, is no contradiction. */
  private readonly said = new WeakMap<DequeuedJob, Set<Outcome['kind']>>();

  constructor(
    private readonly queue: string,
    private readonly parts: HandWorkerParts,
  ) {}

  /** @param ids Only these, when they can run. */
  async dequeue(max: number, { lease }: DequeueOptions, ids?: readonly string[]): Promise<DequeuedJob[]> {
    const { store, desk, clock, events, finished, workerId } = this.parts;
    const time = this.leaseOf(lease);
    if (!Number.isInteger(max) || max < 1 || max > MOST_AT_ONCE) {
      throw new InvalidOptionError([
        { path: 'max', message: `must be a whole number, 1 to ${MOST_AT_ONCE}` },
      ]);
    }
    const claim = await store.queue.claim({
      worker: workerId,
      lease: time,
      take: [{ queue: this.queue, limit: max, ids }],
    });
    tellEnded(claim.ended, events, finished);
    return claim.jobs.map((job) => {
      if (events.wants('started')) events.emit({ type: 'started', ...this.about(job) });
      return new DequeuedJob(job, workerId, clock.now(), desk, this);
    });
  }

  async ack(job: DequeuedJob, result: unknown): Promise<void> {
    const { codecs, maxResult, events, clock } = this.parts;
    const encoded = codecs.encode(result, job.claimed, 'result', job.claimed.codec);
    const size = exceeds(encoded, maxResult);
    if (size !== undefined) throw new PayloadTooLargeError(size, maxResult, 'result');
    const isNews = await this.settle(job, { kind: 'completed', result: encoded });
    if (isNews && events.wants('completed')) {
      const duration = Math.max(0, clock.now() - (job.startedAt?.getTime() ?? 0));
      events.emit({ type: 'completed', ...this.about(job.claimed), result, duration });
    }
  }

  async nack(job: DequeuedJob, options: NackOptions): Promise<void> {
    assertKnownKeys(options, NACK_OPTIONS);
    const outcome = this.outcomeOf(job, options);
    if (await this.settle(job, outcome)) this.tellNack(job, outcome, options.error);
  }

  /** @returns whether a cancel was requested meanwhile. @throws LeaseLostError */
  async extend(job: DequeuedJob, lease: Duration | undefined): Promise<boolean> {
    const { receipt } = job.claimed;
    const { lost, cancelled } = await this.parts.store.queue.extend([receipt], this.leaseOf(lease));
    if (lost.length > 0) throw new LeaseLostError(job.id);
    return cancelled.length > 0;
  }

  private outcomeOf({ claimed }: DequeuedJob, options: NackOptions): Outcome {
    const { requeue = true, delay, error, metadata } = options;
    const time = delay === undefined ? 0 : toMs(delay, 'delay');
    const at = this.parts.clock.now();
    if (!requeue) {
      const record = toErrorRecord(error ?? new Error('Given up by hand, without an error.'), at);
      const notes = this.notesOf(metadata);
      return { kind: 'failed', error: notes === undefined ? record : { ...record, metadata: notes } };
    }
    if (error === undefined)
      return { kind: 'released', in: time === 0 ? undefined : time, countAttempt: false };
    // Who puts a job back wants it run again: the last attempt is given back rather than exceeded.
    const countAttempt = claimed.attempt <= claimed.maxRetries;
    return { kind: 'retry', in: time, error: toErrorRecord(error, at), countAttempt };
  }

  private notesOf(metadata: NackOptions['metadata']): string | undefined {
    const { maxResult } = this.parts;
    const notes = jsonCodec.encode(metadata);
    const size = exceeds(notes, maxResult);
    if (size !== undefined) throw new PayloadTooLargeError(size, maxResult, 'metadata');
    return notes;
  }

  /** @returns whether this verdict is what settled the job. @throws LeaseLostError, JobNotFoundError */
  private async settle(job: DequeuedJob, outcome: Outcome): Promise<boolean> {
    const { store, events, finished, workerId, lease } = this.parts;
    const settlement: Settlement = { receipt: job.claimed.receipt, outcome };
    const said = this.said.get(job) ?? new Set();
    const isContradiction = said.size > 0 && !said.has(outcome.kind);
    this.said.set(job, said.add(outcome.kind));
    const claim = await store.queue.claim({ worker: workerId, lease, take: [], settle: [settlement] });
    tellEnded(claim.ended, events, finished);
    const [verdict] = claim.verdicts;
    if (verdict === 'stale' || (verdict === 'already-applied' && isContradiction))
      throw new LeaseLostError(job.id);
    if (verdict === 'unknown') throw new JobNotFoundError(job.id);
    // A cancel that was requested meanwhile ends what was put back: then it does not run again, and that has been told.
    const wasCancelled = claim.ended?.some(({ queue, id }) => id === job.id && queue === job.queue) === true;
    // With how it ended: its record may be gone at once, where none is kept.
    if (finished.hasWaiters && !wasCancelled && isEnd(outcome)) {
      finished.announce(job.claimed, endOf(job.claimed, outcome));
    }
    return verdict === 'applied' && !wasCancelled;
  }

  private tellNack({ claimed }: DequeuedJob, outcome: Outcome, error: unknown): void {
    const { events } = this.parts;
    const tell = (event: TaskEvent): void => {
      if (events.wants(event.type)) events.emit(event);
    };
    if (outcome.kind === 'failed')
      tell({ type: 'failed', ...this.about(claimed), error, reason: outcome.error });
    if (outcome.kind === 'retry')
      tell({ type: 'retrying', ...this.about(claimed), error, retryIn: outcome.in });
  }

  private about(job: ClaimedJob) {
    const { id, name, queue, attempt } = job;
    return { taskId: id, taskName: name, queueName: queue, workerId: this.parts.workerId, attempt };
  }

  private leaseOf(given: Duration | undefined): Ms {
    const lease = given === undefined ? this.parts.lease : toMs(given, 'lease');
    const least = Math.max(SHORTEST_LEASE, this.parts.store.queue.capabilities.minLease);
    if (lease >= least) return lease;
    throw new InvalidOptionError([{ path: 'lease', message: `must be at least ${least} ms` }]);
  }
}
