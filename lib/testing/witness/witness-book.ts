import assert from 'node:assert/strict';
import type {
  ClaimedJob,
  JobRecord,
  JobRef,
  Ms,
  QueueBackend,
  Receipt,
  Verdict,
} from '../../contract/index.js';
import { refKey } from '../a-job.js';
import { leadsTo, type MovingCall, type Place } from './call-moves.js';
import { checkRecord } from './check-record.js';

interface Seen {
  readonly ref: JobRef;
  place: Place;
  fence: bigint;
  /** The fence of the latest claim: the next one must be higher. */
  claimedFence: bigint;
}

/** A job in somebody's hands: nobody else may get it before this moment. */
interface Holding {
  readonly key: string;
  readonly since: Ms;
  until: Ms;
}

/** More jobs than this are not looked at after every call: a test of thousands is about something else. */
const WATCHED = 48;

/**
 * What has been seen of the jobs of one test, by all of its clients, and what must follow from it: moves of the state
 * table only, fences that only grow, no job in two hands at once.
 */
export class WitnessBook {
  private readonly seen = new Map<string, Seen>();
  private readonly held = new Map<string, Holding>();
  private readonly receipts = new Map<Receipt, Holding>();
  private readonly open: MovingCall[] = [];
  private sinceLastLook = new Set<MovingCall>();
  private lastLook: Promise<void> = Promise.resolve();

  /** @param elapsed milliseconds by a clock that runs with the store's. */
  constructor(private readonly elapsed: () => Ms) {}

  /** Makes one call, then looks at every watched job and judges how it got there. */
  async during<T>(call: MovingCall, backend: QueueBackend, run: () => Promise<T>): Promise<T> {
    this.sinceLastLook.add(call);
    this.open.push(call);
    let answer: T;
    try {
      answer = await run();
    } finally {
      this.open.splice(this.open.indexOf(call), 1);
    }
    await this.look(backend);
    return answer;
  }

  watch(ref: JobRef): void {
    const key = refKey(ref);
    if (this.seen.size >= WATCHED || this.seen.has(key)) return;
    this.seen.set(key, { ref, place: 'nowhere', fence: -1n, claimedFence: -1n });
  }

  /** @param since when the claim was sent: its leases do not end before that moment and their length. */
  claimed(jobs: readonly ClaimedJob[], since: Ms, lease: Ms): void {
    const now = this.elapsed();
    for (const job of jobs) {
      const key = refKey(job);
      const before = this.held.get(key);
      assert.ok(
        before === undefined || now >= before.until,
        `job ${job.id} is handed out while its lease has ${before && before.until - now} ms left`,
      );
      const holding = { key, since, until: since + lease };
      this.held.set(key, holding);
      this.receipts.set(job.receipt, holding);
      this.raiseFence(job, key);
    }
  }

  extended(receipts: Iterable<Receipt>, since: Ms, lease: Ms): void {
    for (const receipt of receipts) {
      const holding = this.receipts.get(receipt);
      if (holding !== undefined) holding.until = since + lease;
    }
  }

  settled(receipt: Receipt, verdict: Verdict): void {
    const holding = this.receipts.get(receipt);
    if (verdict !== 'applied' || holding === undefined) return;
    if (this.held.get(holding.key) === holding) this.held.delete(holding.key);
  }

  /** Judges records that a call gave out. */
  judge(records: readonly JobRecord[]): void {
    for (const record of records) checkRecord(record);
  }

  private raiseFence(job: ClaimedJob, key: string): void {
    const fence = BigInt(job.fence);
    const known = this.seen.get(key);
    if (known === undefined) return;
    // A look of another client may have seen this very claim before its own client had the answer.
    const isSeenRunning = known.place === 'running' && fence === known.fence;
    assert.ok(
      fence > known.claimedFence && (fence > known.fence || isSeenRunning),
      `the fence of job ${job.id} went from ${known.claimedFence} (record ${known.fence}) to ${fence} at a claim`,
    );
    known.claimedFence = fence;
  }

  /** One look at a time: the answers of two that cross could arrive in the wrong order. */
  private look(backend: QueueBackend): Promise<void> {
    const looking = this.lastLook.then(() => this.lookNow(backend));
    this.lastLook = looking.catch(() => undefined);
    return looking;
  }

  private async lookNow(backend: QueueBackend): Promise<void> {
    const watched = [...this.seen.values()];
    if (watched.length === 0) return;
    const calls = this.sinceLastLook;
    this.sinceLastLook = new Set(this.open);
    const records = await backend.get(watched.map((job) => job.ref));
    assert.equal(records.length, watched.length, 'get answers for each job that it was asked for');
    watched.forEach((job, place) => this.judgeMove(job, records[place], calls));
  }

  private judgeMove(job: Seen, record: JobRecord | undefined, calls: ReadonlySet<MovingCall>): void {
    const place: Place = record?.state ?? 'nowhere';
    const from = job.place;
    job.place = place;
    assert.ok(
      leadsTo(from, place, calls),
      `job ${job.ref.id} went from ${from} to ${place}, which no legal move of ${[...calls].join(', ')} explains`,
    );
    if (record === undefined) return;
    assert.equal(refKey(record), refKey(job.ref), 'get answers in the order of what it was asked for');
    checkRecord(record);
    const fence = BigInt(record.fence);
    assert.ok(fence >= job.fence, `the fence of job ${job.ref.id} fell from ${job.fence} to ${fence}`);
    job.fence = fence;
  }
}
