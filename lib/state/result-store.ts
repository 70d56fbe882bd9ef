import type { Clock, Ms, WaitOptions } from '../contract/index.js';
import type { CodecSet } from '../codecs/index.js';
import { assertJobId, type ResolvedRetention } from '../config/index.js';
import { JobNotFoundError } from '../errors/index.js';
import { awaitEnd } from './await-end.js';
import { tellEnded } from './ended-jobs.js';
import type { EventSink } from './event-sink.js';
import { failedParent } from './failed-parent.js';
import type { FinishedJobs } from './finished-jobs.js';
import { hasEnded, resultOf } from './job-end.js';
import { locateJob } from './job-locator.js';
import { JobResult } from './job-result.js';
import type { QueueDirectory } from './store-link.js';

/** How many results are kept, and how many at most. */
export interface ResultStats {
  readonly size: number;
  readonly capacity: number;
  /** How long one is kept. */
  readonly ttl: Ms;
  readonly queues: Readonly<Record<string, { readonly size: number; readonly capacity: number }>>;
}

export interface ResultStoreParts {
  readonly directory: QueueDirectory;
  readonly finished: FinishedJobs;
  readonly codecs: CodecSet;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly retention: { readonly current: ResolvedRetention };
}

/**
 * What finished jobs returned. The backend writes a result in the step that completes its job, so a result is there as
 * soon as its job is `completed`, and goes with its record: after `retention.completedTtl` (one hour), or when
 * `retention.completedMax` newer ones have come (10,000 a queue; memory 1,000).
 *
 * @example
 * constructor(private readonly results: ResultStore) {}
 * const receipt = await this.results.wait(jobId, { timeout: '10s' });
 */
export class ResultStore {
  constructor(private readonly parts: ResultStoreParts) {}

  /**
   * How a job came out.
   * @param queue Its queue, when known. Default: looks through all declared ones.
   * @returns undefined while it has not ended, and when it is not kept (any longer)
   * @throws InvalidNameError, UnknownQueueError, BackendUnavailableError; TaskValidationError when several queues have it and
   * none is named
   */
  async get(jobId: string, queue?: string): Promise<JobResult | undefined> {
    assertJobId(jobId);
    const record = await locateJob(this.parts.directory, jobId, queue);
    return record !== undefined && hasEnded(record)
      ? JobResult.fromEnd(record, this.parts.codecs)
      : undefined;
  }

  /**
   * Waits until a job has ended and gives what its handler returned.
   * @param options `timeout` (default 30 s) and an `AbortSignal`
   * @throws TaskExecutionError when it became a dead letter, TaskCancelledError or DependencyFailedError when it was
   * cancelled, ResultTimeoutError when the time was over, JobNotFoundError when it is not there
   */
  async wait(jobId: string, options: WaitOptions = {}, queue?: string): Promise<unknown> {
    assertJobId(jobId);
    const { directory, finished, clock, codecs } = this.parts;
    const at = queue === undefined ? (await locateJob(directory, jobId))?.queue : directory.ownName(queue);
    if (at === undefined) throw new JobNotFoundError(jobId);
    const end = await awaitEnd({ queue: at, id: jobId }, options, finished, clock);
    return resultOf(end, codecs, await failedParent(end, directory));
  }

  /** Forgets a finished job and its result. @returns whether there was one */
  async delete(jobId: string, queue?: string): Promise<boolean> {
    assertJobId(jobId);
    const { directory } = this.parts;
    const record = await locateJob(directory, jobId, queue);
    if (record === undefined || !hasEnded(record)) return false;
    return (await directory.storeOf(record.queue).queue.remove([{ queue: record.queue, id: jobId }])) > 0;
  }

  /** Lets every backend drop what is over its time now, instead of at its next occasion. */
  async cleanup(): Promise<void> {
    const { directory, events, finished } = this.parts;
    const sweeps = await Promise.all(directory.stores().map((store) => store.queue.recover()));
    for (const { ended } of sweeps) tellEnded(ended, events, finished);
  }

  /** @param queue Of this queue alone. Default: of all. */
  async stats(queue?: string): Promise<ResultStats> {
    const { directory } = this.parts;
    const retention = this.parts.retention.current;
    const names = queue === undefined ? directory.names() : [directory.ownName(queue)];
    const rows = await Promise.all(
      names.map(async (name) => {
        const store = directory.storeOf(name).queue;
        const [status] = await store.inspect([name]);
        const size = status?.counts.completed ?? 0;
        return [name, { size, capacity: retention.completedMax ?? store.capabilities.completedMax }] as const;
      }),
    );
    return {
      size: rows.reduce((total, [, row]) => total + row.size, 0),
      capacity: rows.reduce((total, [, row]) => total + row.capacity, 0),
      ttl: retention.completedTtl,
      queues: Object.fromEntries(rows),
    };
  }
}
