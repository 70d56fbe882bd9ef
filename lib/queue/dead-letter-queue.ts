import type { Duration, Job, JobRecord, JobRef, Ms, Page, Payload } from '../contract/index.js';
import { exceeds, type CodecSet } from '../codecs/index.js';
import { checkPayload } from '../schemas/index.js';
import { assertJobId, assertKnownKeys, toMs } from '../config/index.js';
import { JobNotFoundError, PayloadTooLargeError, TaskValidationError } from '../errors/index.js';
import { inspectQueues, locateJobs, queuesByStore } from '../state/index.js';
import { deadLetterPages, deadLetterQuery, type DeadLetterFilter } from './dead-letter-pages.js';
import { countDeadLetters, type DeadLetterStats } from './dead-letter-stats.js';
import { DequeuedJob } from './dequeued-job.js';
import { FailureRecord } from './failure-record.js';
import type { JobDesk } from './job-desk.js';
import { assertLimit } from './job-filters.js';
import { JobSnapshot } from './job-snapshot.js';
import { mergedPage } from './merged-pages.js';
import type { QueueRegistry } from './queue-registry.js';
import type { RetentionSettings } from './retention-settings.js';
import type { TaskCatalogue } from './task-catalogue.js';

/** Which dead letters. */
export interface DeadLetterChoice {
  /** Of this task alone. */
  readonly name?: string | undefined;
  /** Of this queue alone. Default: of all declared ones. */
  readonly queue?: string | undefined;
}

export interface DeadLetterListOptions extends DeadLetterChoice {
  /** 1 to 1,000; default 100. */
  readonly limit?: number | undefined;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

export interface DeadLetterRetryOptions {
  /** Takes the place of the payload that it failed with. */
  readonly payload?: unknown;
  /** Due again after this long. Default: at once. */
  readonly delay?: Duration | undefined;
  /** Its queue, when known. Default: looks through all declared ones. */
  readonly queue?: string | undefined;
}

export interface DeadLetterParts {
  readonly queues: QueueRegistry;
  readonly desk: JobDesk;
  readonly codecs: CodecSet;
  readonly catalogue: TaskCatalogue;
  /** Bytes. */
  readonly maxPayload: number;
  /** Its `failedTtl` is the age at which `purgeOlderThan` takes them. */
  readonly retention: Pick<RetentionSettings, 'current'>;
}

/**
 * The jobs that will not be tried again without a person: those that ran out of attempts, threw `UnrecoverableError`, had no
 * handler or stalled too often. The backend keeps them for `retention.failedTtl`, 7 days.
 *
 * @example
 * constructor(private readonly deadLetters: DeadLetterQueue) {}
 * const [worst] = await this.deadLetters.list({ name: 'send-email', limit: 1 });
 * if (worst) await this.deadLetters.retry(worst.job.id, { payload: corrected });
 */
export class DeadLetterQueue {
  /** @internal */
  constructor(private readonly parts: DeadLetterParts) {}

  /**
   * Gives a job up by hand. It must be in hand (`TaskQueue.dequeue`) or be ready to run: then it is taken first, which
   * counts as a run. A job that runs elsewhere, is not due yet or waits for others can be cancelled instead.
   *
   * @param metadata Notes that are kept with it.
   * @throws TaskValidationError when it cannot be taken, JobNotFoundError, LeaseLostError
   */
  async add(
    job: JobRef,
    error: unknown,
    metadata?: Readonly<Record<string, unknown>>,
  ): Promise<FailureRecord> {
    assertRef(job);
    const held = job instanceof DequeuedJob ? job : await this.take(job);
    await held.nack({ requeue: false, error, metadata });
    const record = await this.get(job.id, job.queue);
    if (record === undefined) throw new JobNotFoundError(job.id);
    return record;
  }

  /**
   * @param queue Its queue, when known. Default: looks through all declared ones.
   * @returns undefined when there is no such dead letter
   * @throws InvalidNameError, UnknownQueueError
   */
  async get(jobId: string, queue?: string): Promise<FailureRecord | undefined> {
    const record = await this.find(jobId, queue);
    return record === undefined ? undefined : FailureRecord.of(record, this.parts.desk);
  }

  /** The latest dead letters, newest first. */
  async list(options: DeadLetterListOptions = {}): Promise<FailureRecord[]> {
    return [...(await this.page(options)).items];
  }

  /** The same a page at a time: hand its `cursor` to the next call. */
  async page(options: DeadLetterListOptions = {}): Promise<Page<FailureRecord>> {
    assertKnownKeys(options, ['name', 'queue', 'limit', 'cursor']);
    assertLimit(options.limit);
    const { queues, desk } = this.parts;
    const sources = this.queuesOf(options).map((queue) => ({
      store: queues.storeOf(queue),
      query: deadLetterQuery(queue, options),
    }));
    const { items, cursor } = await mergedPage(sources, options.limit ?? 100, options.cursor);
    const records = items.map((record) => FailureRecord.of(record, desk));
    return cursor === undefined ? { items: records } : { items: records, cursor };
  }

  /**
   * Puts a dead letter back into its queue, with all its attempts. Jobs that were cancelled because of it wait for it again.
   *
   * @param options A corrected `payload`, checked like that of a new job, and a `delay`.
   * @returns the pending job, or null when there is no such dead letter
   * @throws TaskValidationError, PayloadTooLargeError, InvalidDurationError: it stays as it was
   */
  async retry(jobId: string, options: DeadLetterRetryOptions = {}): Promise<Job | null> {
    assertKnownKeys(options, ['payload', 'delay', 'queue']);
    const delay = options.delay === undefined ? undefined : toMs(options.delay, 'delay');
    const record = await this.find(jobId, options.queue);
    if (record === undefined) return null;
    const ref = { queue: record.queue, id: record.id };
    const payload = options.payload === undefined ? undefined : await this.corrected(options.payload, record);
    const { queues, desk } = this.parts;
    const [verdict] = await queues.storeOf(ref.queue).queue.retryDead([ref], { payload, delay });
    if (verdict !== 'retried') return null;
    const retried = await desk.read(ref);
    return retried === undefined ? null : new JobSnapshot(retried, desk);
  }

  /** Puts all back that there are now. @returns how many */
  async retryAll(choice: DeadLetterChoice = {}): Promise<number> {
    let retried = 0;
    for await (const [queue, records] of this.pages(choice)) {
      const verdicts = await this.parts.queues.storeOf(queue).queue.retryDead(refsOf(records));
      retried += verdicts.filter((verdict) => verdict === 'retried').length;
    }
    return retried;
  }

  /** Forgets one. @returns whether there was one */
  async purge(jobId: string, queue?: string): Promise<boolean> {
    const record = await this.find(jobId, queue);
    return record !== undefined && this.parts.desk.remove(record);
  }

  /** Forgets those that failed longer ago than this. @param age Default: `retention.failedTtl`, 7 days. @returns how many */
  async purgeOlderThan(age: Duration = this.parts.retention.current.failedTtl): Promise<number> {
    const olderThan = toMs(age, 'age');
    let purged = 0;
    for await (const [queue, records] of this.pages({}, olderThan)) {
      purged += await this.parts.queues.storeOf(queue).queue.remove(refsOf(records));
    }
    return purged;
  }

  /** Forgets all, or all of one queue. @returns how many */
  async clear(queue?: string): Promise<number> {
    const { queues } = this.parts;
    const cleared = await Promise.all(
      this.queuesOf({ queue }).map((name) => queues.storeOf(name).queue.clear(name, ['failed'])),
    );
    return cleared.reduce((total, count) => total + count, 0);
  }

  /** How many there are, in all or on one queue. */
  async count(queue?: string): Promise<number> {
    const { queues } = this.parts;
    const statuses = await inspectQueues(queues, this.queuesOf({ queue }));
    return [...statuses.values()].reduce((total, { counts }) => total + counts.failed, 0);
  }

  /** How many there are by task and by error, and since when. */
  async stats(queue?: string): Promise<DeadLetterStats> {
    const pages = this.pages({ queue });
    return countDeadLetters(pages);
  }

  private async find(jobId: string, queue?: string): Promise<JobRecord | undefined> {
    assertJobId(jobId);
    const records = await locateJobs(this.parts.queues, jobId, queue);
    return records.find(({ state }) => state === 'failed');
  }

  private async take({ queue, id }: JobRef): Promise<DequeuedJob> {
    assertJobId(id);
    const lane = this.parts.queues.get(queue);
    const job = await lane.take(id);
    if (job !== undefined) return job;
    const found = await lane.get(id);
    if (found === undefined) throw new JobNotFoundError(id);
    throw new TaskValidationError(
      `Job "${id}" is ${found.status}: only a job in hand, or one ready to run, can be made a dead letter.`,
    );
  }

  private async corrected(value: unknown, record: JobRecord): Promise<Payload | undefined> {
    const { codecs, maxPayload, catalogue } = this.parts;
    const payload = codecs.encode(value, record, 'payload', record.codec);
    const size = exceeds(payload, maxPayload);
    if (size !== undefined) throw new PayloadTooLargeError(size, maxPayload);
    const schema = catalogue.get(record.name)?.schema;
    if (schema !== undefined)
      await checkPayload(record.name, schema, codecs.decode(record.codec, payload, record, 'payload'));
    return payload;
  }

  private async *pages(
    choice: DeadLetterChoice,
    olderThan?: Ms,
  ): AsyncGenerator<readonly [string, readonly JobRecord[]]> {
    assertKnownKeys(choice, ['name', 'queue']);
    const filter: DeadLetterFilter = { name: choice.name, olderThan };
    for (const queue of this.queuesOf(choice)) {
      for await (const records of deadLetterPages(this.parts.queues.storeOf(queue), queue, filter)) {
        yield [queue, records];
      }
    }
  }

  private queuesOf({ queue }: DeadLetterChoice): readonly string[] {
    const { queues } = this.parts;
    return queue === undefined ? [...queuesByStore(queues).values()].flat() : [queues.ownName(queue)];
  }
}

function assertRef(job: unknown): asserts job is JobRef {
  if (typeof job === 'object' && job !== null && typeof (job as Partial<JobRef>).queue === 'string') return;
  throw new TaskValidationError('A dead letter is made of a job: pass its handle, or its queue and id.');
}

function refsOf(records: readonly JobRecord[]): JobRef[] {
  return records.map(({ queue, id }) => ({ queue, id }));
}
