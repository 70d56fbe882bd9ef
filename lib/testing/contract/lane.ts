import assert from 'node:assert/strict';
import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  Counts,
  EnqueueVerdict,
  JobRecord,
  JobRef,
  JobState,
  Ms,
  NewJob,
  Outcome,
  Payload,
  QueueBackend,
  QueueDefinition,
  QueueStatus,
  RunNote,
  Settlement,
  Verdict,
} from '../../contract/index.js';
import { aJob } from '../a-job.js';

/** What a test says of a job: everything else is as {@link aJob} has it. */
export type JobWords = Partial<Omit<NewJob, 'queue'>>;

export type ClaimWords = Partial<Pick<ClaimRequest, 'worker' | 'lease' | 'settle' | 'max'>> & {
  readonly ids?: readonly string[];
};

/** Longer than any test: a lease that does not run out by itself. */
export const LONG_LEASE: Ms = 60_000;

/** One queue of one test, with short words for the calls about it. */
export class Lane {
  constructor(
    readonly queue: QueueBackend,
    readonly name: string,
    private readonly newId: () => string,
  ) {}

  declare(definition: Omit<QueueDefinition, 'name'> = {}): void {
    this.queue.declare([{ name: this.name, ...definition }]);
  }

  ref(id: string): JobRef {
    return { queue: this.name, id };
  }

  job(words: JobWords = {}): NewJob {
    return aJob({ id: this.newId(), ...words, queue: this.name });
  }

  /** Enqueues one job and gives the verdict. */
  async offer(words: JobWords = {}): Promise<EnqueueVerdict> {
    const [verdict] = await this.queue.enqueue([this.job(words)]);
    assert.ok(verdict, 'enqueue gives one verdict for each job');
    return verdict;
  }

  /** Enqueues one job that must be new. @returns its id */
  async add(words: JobWords = {}): Promise<string> {
    const verdict = await this.offer(words);
    assert.equal(verdict.status, 'created', `the job was ${verdict.status}, not created`);
    return (verdict as { id: string }).id;
  }

  /** Enqueues jobs that must be new, in one call. @returns their ids */
  async addAll(jobs: readonly JobWords[]): Promise<string[]> {
    const verdicts = await this.queue.enqueue(jobs.map((words) => this.job(words)));
    return verdicts.map((verdict) => {
      assert.equal(verdict.status, 'created', `a job was ${verdict.status}, not created`);
      return (verdict as { id: string }).id;
    });
  }

  addMany(count: number, words: JobWords = {}): Promise<string[]> {
    return this.addAll(Array.from({ length: count }, () => words));
  }

  claim(limit: number, words: ClaimWords = {}): Promise<Claim> {
    const { ids, ...request } = words;
    return this.queue.claim({
      worker: 'worker',
      lease: LONG_LEASE,
      ...request,
      take: [{ queue: this.name, limit, ids }],
    });
  }

  /** Takes up to so many jobs. */
  async take(limit: number, words: ClaimWords = {}): Promise<readonly ClaimedJob[]> {
    return (await this.claim(limit, words)).jobs;
  }

  /** Takes the next job; there must be one. */
  async takeOne(words: ClaimWords = {}): Promise<ClaimedJob> {
    const [job] = await this.take(1, words);
    assert.ok(job, `a job of ${this.name} can be claimed`);
    return job;
  }

  /** Takes up to so many jobs and gives their ids. */
  async takeIds(limit: number, words: ClaimWords = {}): Promise<string[]> {
    return (await this.take(limit, words)).map((job) => job.id);
  }

  /** Takes everything that can run now, one job a claim, each completed before the next. @returns their ids */
  async drain(): Promise<string[]> {
    const ids: string[] = [];
    for (let [job] = await this.take(1); job !== undefined; [job] = await this.take(1)) {
      ids.push(job.id);
      await this.complete(job);
    }
    return ids;
  }

  async settle(
    job: ClaimedJob,
    outcome: Outcome,
    more: Pick<Settlement, 'enqueue' | 'progress'> = {},
  ): Promise<Verdict> {
    const settle = [{ receipt: job.receipt, outcome, ...more }];
    const { verdicts } = await this.queue.claim({ worker: 'worker', lease: LONG_LEASE, take: [], settle });
    assert.equal(verdicts.length, 1, 'a settlement has a verdict');
    return verdicts[0] as Verdict;
  }

  complete(job: ClaimedJob, result?: Payload): Promise<Verdict> {
    return this.settle(job, { kind: 'completed', result });
  }

  retry(job: ClaimedJob, delay: Ms = 0): Promise<Verdict> {
    return this.settle(job, { kind: 'retry', in: delay, error: anError('try again') });
  }

  fail(job: ClaimedJob, message = 'it broke'): Promise<Verdict> {
    return this.settle(job, { kind: 'failed', error: anError(message) });
  }

  release(
    job: ClaimedJob,
    words: Partial<Omit<Extract<Outcome, { kind: 'released' }>, 'kind'>> = {},
  ): Promise<Verdict> {
    return this.settle(job, { kind: 'released', countAttempt: false, ...words });
  }

  /** The record of a job that must be there. */
  async record(id: string): Promise<JobRecord> {
    const record = await this.find(id);
    assert.ok(record, `job ${id} is there`);
    return record;
  }

  async find(id: string): Promise<JobRecord | undefined> {
    const [record] = await this.queue.get([this.ref(id)]);
    return record;
  }

  async state(id: string): Promise<JobState | undefined> {
    return (await this.find(id))?.state;
  }

  async status(): Promise<QueueStatus> {
    const [status] = await this.queue.inspect([this.name]);
    assert.ok(status, `${this.name} can be inspected`);
    return status;
  }

  async counts(): Promise<Counts> {
    return (await this.status()).counts;
  }

  /** Writes what a job in hand says of itself. */
  async note({ receipt }: ClaimedJob, note: Omit<RunNote, 'receipt'>): Promise<Verdict> {
    const [verdict] = await this.queue.record([{ receipt, ...note }]);
    assert.ok(verdict, 'record gives one verdict for each note');
    return verdict;
  }

  /** Leaves a signal whose value is this JSON text. */
  signal(id: string, name: string, payload: string): Promise<void> {
    return this.queue.signal(this.ref(id), name, { payload, codec: 'json' });
  }
}

export function anError(message: string): { name: string; message: string } {
  return { name: 'Error', message };
}
