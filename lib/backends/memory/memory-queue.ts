import { isDeepStrictEqual } from 'node:util';
import type { NewJob, Payload, QueueDefinition } from '../../contract/index.js';
import type { EndedJobs } from './ended-jobs.js';
import { FinishedJobs } from './finished-jobs.js';
import { ForwardLine } from './forward-line.js';
import { GcraBucket } from './gcra-bucket.js';
import { IdempotencyTable } from './idempotency-table.js';
import { JobEntry } from './job-entry.js';
import { JobKinds } from './job-kind.js';
import type { JobRarities } from './job-rarities.js';
import { type ClaimCall, JobRun } from './job-run.js';
import { JobTable } from './job-table.js';
import { KeyTable } from './key-table.js';
import { detach, kinOf, releaseHeld } from './kin.js';
import { MomentHeap } from './moment-heap.js';
import { ReadyLevels } from './ready-levels.js';
import { GONE, isFinishedCode, PENDING, RUNNING, type StateCode, WAITING } from './state-code.js';
import { StateTally } from './state-tally.js';
import { UniquenessTable } from './uniqueness-table.js';
import { WakeUps } from './wake-ups.js';

/** Bounds that hold when a queue says nothing of its own. */
export interface MemoryLimits {
  readonly completedMax: number;
  readonly tombstoneMax: number;
}

/**
 * One queue: the containers that its jobs lie in, and the moves between them. Every job is in `jobs`, and besides in
 * the one container of its state. Nothing here knows of other queues; dependencies are resolved by who calls.
 */
export class MemoryQueue {
  readonly jobs: JobTable;
  readonly ready = new ReadyLevels();
  /** Scheduled, retrying, and waiting for a signal until a moment. */
  readonly due = new MomentHeap<JobEntry>();
  readonly leases = new MomentHeap<JobEntry>();
  /** Ready, and moved by another broker. */
  readonly forwards = new ForwardLine();
  readonly starts = new GcraBucket();
  readonly idempotency = new IdempotencyTable();
  readonly unique = new UniquenessTable();
  readonly finished: FinishedJobs;
  readonly wakeUps = new WakeUps(this);
  /** What the moments of creation are counted from. */
  readonly madeAt: number;
  keys: KeyTable | undefined;
  isPaused = false;
  /** Something may have become claimable in the call that is under way. */
  isStirred = false;
  /** Nothing is overdue before this moment: a lower bound, so that most calls look no further. */
  quietUntil = 0;

  private readonly kinds = new JobKinds(this);
  private readonly tally = new StateTally();
  private lastSeq = 0;
  private lastOrdinal = 0;

  constructor(
    public definition: QueueDefinition,
    limits: MemoryLimits,
    /** Shared by the queues of a store: whoever claims next hears of them. */
    readonly ended: EndedJobs,
    now: number,
    private readonly onStir: (queue: MemoryQueue) => void,
    /** What all moments here are counted from, in epoch milliseconds: only what leaves the store has it added. */
    readonly epoch = 0,
  ) {
    this.madeAt = Math.floor(now);
    this.jobs = new JobTable(limits.tombstoneMax);
    this.finished = new FinishedJobs(limits.completedMax);
    this.define(definition, now);
  }

  get name(): string {
    return this.definition.name;
  }

  /** The latest word about the queue holds. New key limits apply to who is in already, so nobody is thrown out. */
  define(definition: QueueDefinition, now: number): void {
    const { retention, perKey } = definition;
    this.definition = definition;
    this.finished.setBounds(retention ?? {});
    this.quietUntil = 0;
    if (!isDeepStrictEqual(perKey, this.keys?.limits)) this.limitKeys(perKey, now);
    this.stir();
  }

  count(state: StateCode): number {
    return this.tally.count(state);
  }

  /** How many count against `maxSize`: neither running nor finished. */
  get queued(): number {
    return this.tally.queued;
  }

  get isFull(): boolean {
    const { maxSize } = this.definition;
    return maxSize !== undefined && this.queued >= maxSize;
  }

  get isClaimable(): boolean {
    if (this.isPaused) return false;
    if (this.forwards.earliest() === 0) return true;
    const { concurrency } = this.definition;
    if (concurrency === undefined) return !this.ready.isEmpty;
    // Whoever has been given the message of one may have held it back for want of a slot.
    return this.leases.size < concurrency && (!this.ready.isEmpty || this.forwards.size > 0);
  }

  /** When something becomes claimable by itself. */
  nextMoment(): number {
    return Math.min(this.due.earliest(), this.leases.earliest(), this.keys?.nextGrantAt() ?? Infinity);
  }

  /** When an external job has to be handed out; 0: now. */
  nextForward(): number {
    return this.isPaused ? Infinity : this.forwards.earliest();
  }

  /** A new job in no state yet. */
  create(job: NewJob, payload: Payload | undefined, rare: JobRarities | undefined, now: number): JobEntry {
    const kind = this.kinds.of(job);
    const bornAt = Math.floor(now - this.madeAt);
    const entry = new JobEntry(job.id, ++this.lastOrdinal, bornAt, kind, payload, job.priority, rare);
    this.jobs.add(entry);
    return entry;
  }

  /** Gives a job the kind of another call, when it is replaced by it. */
  retype(entry: JobEntry, job: NewJob): void {
    entry.kind = this.kinds.of(job);
  }

  /** Makes a job that lacks nothing else ready, at the back of its priority, or parks it behind its key's limits. */
  admit(entry: JobEntry, now: number): void {
    const key = entry.rare?.key;
    entry.seq = ++this.lastSeq;
    if (key === undefined || this.keys === undefined || this.keys.enter(entry, key, now)) {
      this.makeReady(entry, now);
    } else {
      this.enter(entry, PENDING);
      this.heedLimiters(this.keys);
    }
  }

  /** Back to the end of its priority; it keeps its key's slot. */
  requeue(entry: JobEntry, now: number): void {
    entry.seq = ++this.lastSeq;
    this.makeReady(entry, now);
  }

  /** Back to the place that it was taken from; it keeps its key's slot. */
  putBack(entry: JobEntry, now: number): void {
    if (entry.rare?.external === true) return this.makeReady(entry, now);
    this.enter(entry, PENDING);
    entry.moment = now;
    this.ready.putBack(entry);
    this.stir();
  }

  /** Lets a job wait for a moment: as scheduled, retrying, or waiting for a signal until then. */
  defer(entry: JobEntry, state: StateCode, moment: number): void {
    this.enter(entry, state);
    entry.seq = ++this.lastSeq;
    entry.moment = moment;
    this.due.push(entry);
    this.expect(moment);
    this.stir();
  }

  /** Lets a job wait for what has no moment: its dependencies, a signal. */
  wait(entry: JobEntry): void {
    this.enter(entry, WAITING);
    entry.moment = 0;
  }

  /** Takes a job that is neither running nor finished out of where it waits. Its key's slot is free then. */
  withdraw(entry: JobEntry, now: number): void {
    const { state, rare } = entry;
    if (state !== PENDING) {
      if (entry.moment > 0) this.due.remove(entry);
    } else if (rare?.parked === true) {
      this.keys?.unpark(entry, rare.key as string, now);
    } else {
      this.unready(entry);
      this.freeSlot(entry, now);
    }
    entry.moment = 0;
  }

  /** Hands a ready job, taken off its container already, to a worker. */
  start(entry: JobEntry, claim: ClaimCall, expiresAt: number): JobRun {
    const run = new JobRun(entry, claim, entry.run);
    this.enter(entry, RUNNING);
    entry.run = run;
    entry.moment = expiresAt;
    this.leases.push(entry);
    this.expect(expiresAt);
    return run;
  }

  extendLease(entry: JobEntry, expiresAt: number): void {
    entry.moment = expiresAt;
    this.leases.moved(entry);
    this.expect(expiresAt);
  }

  /** Ends the lease of a running job; what becomes of the job is the next call. */
  endLease(entry: JobEntry): void {
    this.leases.remove(entry);
    if (this.definition.concurrency !== undefined) this.stir();
  }

  /** Lets the next of a key in, when a job of it has stopped being ready or running. */
  freeSlot(entry: JobEntry, now: number): void {
    const key = entry.rare?.key;
    if (key === undefined || this.keys === undefined) return;
    this.keys.leave(entry, key, now);
    this.heedLimiters(this.keys);
  }

  /** Puts a job that is in no container any more on the shelf of the finished. */
  shelve(entry: JobEntry, state: StateCode, now: number): void {
    this.enter(entry, state);
    entry.moment = now;
    this.finished.add(entry);
    this.expect(this.finished.nextAt());
    this.trim(now);
  }

  /** Takes a finished job off its shelf: it comes back, or is forgotten. */
  unshelve(entry: JobEntry): void {
    this.finished.remove(entry);
  }

  /** Drops finished jobs that are over a bound; their tombstones stay. */
  trim(now: number): void {
    for (
      let entry = this.finished.takeOverdue(now);
      entry !== undefined;
      entry = this.finished.takeOverdue(now)
    ) {
      const kin = kinOf(entry);
      this.bury(entry, now);
      releaseHeld(kin, now);
    }
  }

  /** Forgets the record of a finished job that is on no shelf any more, but for its tombstone. */
  bury(entry: JobEntry, now: number): void {
    this.part(entry);
    if (entry.rare !== undefined) entry.rare.dependents = undefined;
    this.jobs.bury(entry, this.finished.droppedAt(entry, now));
    this.expect(this.jobs.nextAt());
  }

  /** Forgets a job that is in no container any more. A finished one keeps its state for its dependents. */
  forget(entry: JobEntry): void {
    this.part(entry);
    this.jobs.remove(entry);
    if (!isFinishedCode(entry.state)) entry.state = GONE;
  }

  /** Makes the next call look for what is overdue, at this moment at the latest. */
  expect(moment: number): void {
    if (moment < this.quietUntil) this.quietUntil = moment;
  }

  /** Takes note that waiting workers may have to be told. */
  stir(): void {
    if (this.isStirred) return;
    this.isStirred = true;
    this.onStir(this);
  }

  /** Takes a ready job off the container that it lies in. */
  unready(entry: JobEntry): void {
    const { rare } = entry;
    if (rare?.external !== true) this.ready.remove(entry);
    else this.forwards.leave(entry);
  }

  /** The limiter of a key may let a job in earlier than what the last claim has named. */
  private heedLimiters(keys: KeyTable): void {
    this.expect(Math.min(keys.nextGrantAt(), keys.nextRefillAt()));
    this.stir();
  }

  private makeReady(entry: JobEntry, now: number): void {
    this.enter(entry, PENDING);
    entry.moment = now;
    if (entry.rare?.external === true) this.forwards.enter(entry);
    else this.ready.push(entry);
    this.stir();
  }

  /** Takes a job whose record goes out of the count and from its parents. */
  private part(entry: JobEntry): void {
    this.tally.leave(entry.state);
    detach(entry);
    // Else each job of an endless chain would keep the one before it.
    if (entry.rare !== undefined) entry.rare.links = undefined;
  }

  /** The one place where a job changes its state. */
  private enter(entry: JobEntry, state: StateCode): void {
    this.tally.move(entry.state, state);
    entry.state = state;
  }

  private limitKeys(perKey: QueueDefinition['perKey'], now: number): void {
    const parked: JobEntry[] = [];
    const keys = perKey && new KeyTable(perKey, (entry, at) => this.makeReady(entry, at));
    this.keys = keys;
    for (const entry of this.jobs.values()) {
      const { rare } = entry;
      if (rare?.key === undefined || (entry.state !== PENDING && entry.state !== RUNNING)) continue;
      if (rare.parked) parked.push(entry);
      else keys?.adopt(entry, rare.key);
    }
    parked.sort((a, b) => b.priority - a.priority || a.seq - b.seq);
    for (const entry of parked) {
      (entry.rare as JobRarities).parked = false;
      this.admit(entry, now);
    }
  }
}
