import assert from 'node:assert/strict';
import {
  ERROR_CODES,
  type BackendInfo,
  type BackendSubscription,
  type Capabilities,
  type CancelVerdict,
  type Claim,
  type ClaimRequest,
  type EndedJob,
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
  type QueueBackend,
  type QueueDefinition,
  type QueueStatus,
  type Receipt,
  type Recovery,
  type RetryVerdict,
  type RunNote,
  type SignalValue,
  type Verdict,
} from '../../contract/index.js';
import { checkClaim } from './check-claim.js';
import type { MovingCall } from './call-moves.js';
import type { WitnessBook } from './witness-book.js';

/**
 * A backend that is watched: every call goes through to the real one, and its answer, and what it did to the jobs of
 * this test, is held against what the contract says of all calls.
 */
export class Witness implements QueueBackend {
  /** What claims and sweeps have told of jobs that ended inside the store. */
  readonly endings: EndedJob[] = [];
  private readonly receipts: Receipt[] = [];

  constructor(
    private readonly watched: QueueBackend,
    private readonly book: WitnessBook,
    private readonly elapsed: () => Ms,
  ) {}

  get capabilities(): Capabilities {
    return this.watched.capabilities;
  }

  open(): Promise<void> {
    return this.watched.open();
  }

  close(): Promise<void> {
    return this.watched.close();
  }

  ping(): Promise<BackendInfo> {
    return this.watched.ping();
  }

  declare(queues: readonly QueueDefinition[]): void {
    this.watched.declare(queues);
  }

  enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    for (const job of jobs) this.book.watch(job);
    return this.during('enqueue', async () => {
      const verdicts = await this.watched.enqueue(jobs, options);
      assert.equal(verdicts.length, jobs.length, 'enqueue gives one verdict for each job');
      verdicts.forEach((verdict, place) => checkEnqueueVerdict(verdict, jobs[place]?.id));
      return verdicts;
    });
  }

  claim(request: ClaimRequest): Promise<Claim> {
    for (const job of request.settle?.flatMap((settlement) => settlement.enqueue ?? []) ?? [])
      this.book.watch(job);
    return this.during('claim', async () => {
      const since = this.elapsed();
      const claim = await this.watched.claim(request);
      checkClaim(request, claim);
      this.endings.push(...(claim.ended ?? []));
      request.settle?.forEach(({ receipt }, place) =>
        this.book.settled(receipt, claim.verdicts[place] as Verdict),
      );
      this.receipts.push(...claim.jobs.map((job) => job.receipt));
      this.book.claimed(claim.jobs, since, request.lease);
      return claim;
    });
  }

  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    return this.during('look', async () => {
      const since = this.elapsed();
      const answer = await this.watched.extend(receipts, lease);
      const known = new Set(receipts);
      for (const receipt of [...answer.lost, ...answer.cancelled]) {
        assert.ok(known.has(receipt), 'extend answers with receipts that it was given');
      }
      const lost = new Set(answer.lost);
      for (const receipt of answer.cancelled) assert.ok(!lost.has(receipt), 'a lost job is not still held');
      this.book.extended(
        receipts.filter((receipt) => !lost.has(receipt)),
        since,
        lease,
      );
      return answer;
    });
  }

  record(notes: readonly RunNote[]): Promise<Verdict[]> {
    return this.during('look', async () => {
      const verdicts = await this.watched.record(notes);
      assert.equal(verdicts.length, notes.length, 'record gives one verdict for each note');
      return verdicts;
    });
  }

  signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    return this.during('signal', () => this.watched.signal(job, name, value));
  }

  forward(request: ForwardRequest): Promise<Forward> {
    return this.during('look', async () => {
      const forward = await this.watched.forward(request);
      const most = request.take?.reduce((total, { limit }) => total + limit, 0) ?? 0;
      assert.ok(forward.jobs.length <= most, 'forward hands out no more than was asked for');
      for (const job of forward.jobs) {
        assert.deepEqual(
          [job.state, job.external],
          ['pending', true],
          'only ready external jobs are forwarded',
        );
      }
      this.book.judge(forward.jobs);
      return forward;
    });
  }

  recover(): Promise<Recovery> {
    return this.during('look', async () => {
      const recovery = await this.watched.recover();
      this.endings.push(...(recovery.ended ?? []));
      return recovery;
    });
  }

  subscribe(
    queue: string,
    options: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    return this.watched.subscribe(queue, options, onAvailable);
  }

  async get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    const records = await this.watched.get(jobs);
    assert.equal(records.length, jobs.length, 'get answers for each job that it was asked for');
    this.book.judge(records.filter((record) => record !== undefined));
    return records;
  }

  async find(query: JobQuery): Promise<Page<JobRecord>> {
    const page = await this.watched.find(query);
    assert.ok(page.items.length <= (query.limit ?? 100), 'a page holds no more than was asked for');
    this.book.judge(page.items);
    return page;
  }

  async inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    const statuses = await this.watched.inspect(queues);
    assert.equal(statuses.length, queues.length, 'inspect answers for each queue that it was asked for');
    return statuses;
  }

  cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    return this.during('cancel', async () => {
      const verdicts = await this.watched.cancel(jobs, reason);
      assert.equal(verdicts.length, jobs.length, 'cancel gives one verdict for each job');
      return verdicts;
    });
  }

  remove(jobs: readonly JobRef[]): Promise<number> {
    return this.during('remove', () => this.watched.remove(jobs));
  }

  clear(queue: string, states: readonly JobState[]): Promise<number> {
    return this.during('remove', () => this.watched.clear(queue, states));
  }

  pause(queue: string): Promise<void> {
    return this.during('look', () => this.watched.pause(queue));
  }

  resume(queue: string): Promise<void> {
    return this.during('look', () => this.watched.resume(queue));
  }

  retryDead(
    jobs: readonly JobRef[],
    patch?: Parameters<QueueBackend['retryDead']>[1],
  ): Promise<RetryVerdict[]> {
    return this.during('retryDead', async () => {
      const verdicts = await this.watched.retryDead(jobs, patch);
      assert.equal(verdicts.length, jobs.length, 'retryDead gives one verdict for each job');
      return verdicts;
    });
  }

  /** Settles whatever was claimed through here and still runs. */
  async letGo(): Promise<void> {
    if (this.receipts.length === 0) return;
    const settle = this.receipts.splice(0).map((receipt) => ({
      receipt,
      outcome: { kind: 'cancelled', reason: 'the test is over' } as const,
    }));
    await this.watched.claim({ worker: 'sweeper', lease: 60_000, take: [], settle });
  }

  private during<T>(call: MovingCall, run: () => Promise<T>): Promise<T> {
    return this.book.during(call, this.watched, run);
  }
}

function checkEnqueueVerdict(verdict: EnqueueVerdict, id: string | undefined): void {
  if (verdict.status === 'refused') {
    assert.ok(ERROR_CODES.includes(verdict.code), `${verdict.code} is a code of the catalogue`);
  } else if (verdict.status === 'created') {
    assert.equal(verdict.id, id, 'a created job has the id that its client made');
  } else {
    assert.equal(typeof verdict.id, 'string', `the verdict "${verdict.status}" names the job`);
  }
}
