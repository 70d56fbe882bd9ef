import type {
  EnqueueVerdict,
  JobRef,
  Ms,
  NewJob,
  Outcome,
  Receipt,
  SignalValue,
  Verdict,
} from '../../contract/index.js';
import { dependentsOf, isDependencyFailure, parentStatus } from './model-dependencies.js';
import { existingId, freeKey } from './model-identity.js';
import { ModelEndings } from './model-endings.js';
import {
  hasAttempts,
  isUnfinished,
  type ModelJob,
  type ModelParent,
  type ModelRun,
  newModelJob,
} from './model-job.js';
import type { ModelLane } from './model-lane.js';

type Released = Extract<Outcome, { kind: 'released' }>;

/** The oracle: what a perfect backend would know and answer, after the same calls. */
export class Model {
  /** Milliseconds since it began. */
  now: Ms = 0;
  readonly runs: ModelRun[] = [];
  readonly endings = new ModelEndings();
  private lastRank = 0;

  constructor(
    readonly lanes: readonly ModelLane[],
    /** Milliseconds of one step of time: everything happens on whole steps, and comes due between two of them. */
    readonly unit: Ms,
  ) {}

  get jobs(): ModelJob[] {
    return this.lanes.flatMap((lane) => lane.jobs);
  }

  /** A moment between two steps, so that no answer hangs on the order of two things at one moment. */
  between(units: number): Ms {
    return (units - 0.5) * this.unit;
  }

  /** The job of this address, wherever it has got to. */
  job(ref: JobRef): ModelJob | undefined {
    return this.lanes.find(({ name }) => name === ref.queue)?.job(ref.id);
  }

  enqueue(lane: ModelLane, given: NewJob, heldBySize = true): EnqueueVerdict {
    const existing = existingId(lane, given, this.now);
    if (existing !== undefined) return { status: 'existing', id: existing };
    const replaced = this.replaced(lane, given);
    if (replaced !== undefined) {
      this.settleDown();
      return { status: 'replaced', id: replaced.ref.id };
    }
    if (heldBySize && lane.isFull) return { status: 'refused', code: 'TASKS_QUEUE_FULL' };
    this.add(lane, given);
    this.settleDown();
    return { status: 'created', id: given.id };
  }

  claim(job: ModelJob, receipt: Receipt, lease: Ms, fence: bigint): void {
    const { key } = job.given;
    if (key !== undefined) job.lane.sharesAt(job.priority).served(key);
    job.state = 'running';
    job.lane.noteShares();
    job.attempt += 1;
    job.fence = fence;
    job.leaseUntil = this.now + lease;
    this.runs.push({ job, receipt, status: 'held' });
  }

  /** What a settlement answers, and what it does. */
  settle(run: ModelRun, outcome: Outcome): readonly Verdict[] {
    const { job, status } = run;
    if (status === 'lost') return job.state === 'removed' ? ['unknown'] : ['stale'];
    if (status === 'settled')
      return job.state === 'removed' ? ['already-applied', 'unknown'] : ['already-applied', 'stale'];
    run.status = 'settled';
    job.leaseUntil = undefined;
    this.end(job, outcome);
    this.settleDown();
    return ['applied'];
  }

  cancel(job: ModelJob, reason: string): void {
    if (job.state !== 'running') this.cancelled(job, reason);
    else job.cancelReason ??= reason;
    this.settleDown();
  }

  signal(job: ModelJob, name: string, value: SignalValue): void {
    if (!isUnfinished(job)) return;
    job.signals.leave(name, value);
    if (job.state !== 'waiting' || job.awaits !== name) return;
    job.signals.use(name);
    this.ready(job, 0);
    this.settleDown();
  }

  remove(job: ModelJob): void {
    const unfinished = isUnfinished(job);
    this.withdraw(job);
    this.endings.excuse(job);
    job.state = 'removed';
    freeKey(job);
    if (unfinished) this.ended(job);
    this.settleDown();
  }

  retryDead(job: ModelJob, delay: Ms): void {
    this.endings.excuse(job);
    job.attempt = 0;
    job.stalls = 0;
    job.replays += 1;
    job.cancelReason = undefined;
    this.reopen(job);
    this.ready(job, delay);
    this.settleDown();
  }

  /** One step of time: due jobs and lost leases. */
  tick(): void {
    this.now += this.unit;
    const due = this.jobs.filter(({ dueAt }) => dueAt !== undefined && dueAt <= this.now);
    let moment: Ms | undefined;
    for (const job of due.toSorted((a, b) => (a.dueAt as Ms) - (b.dueAt as Ms))) {
      // Of jobs due at one moment it is not said which is admitted first: they share a place.
      if (job.dueAt !== moment) this.lastRank += 1;
      moment = job.dueAt;
      this.admit(job);
      job.rank = this.lastRank;
    }
    const waiting = this.jobs.filter(({ state }) => state === 'waiting');
    for (const job of this.jobs) {
      if (job.leaseUntil !== undefined && job.leaseUntil <= this.now) this.loseLease(job);
    }
    // Nor whether jobs that come due are admitted before those whose dependencies end by a lost lease.
    for (const job of waiting) job.rank = undefined;
    this.settleDown();
  }

  /** The moment of the next thing that happens by itself on these lanes. */
  nextMoment(lanes: readonly ModelLane[]): Ms | undefined {
    const moments = [
      ...lanes.flatMap((lane) => lane.jobs).flatMap(({ dueAt, leaseUntil }) => [dueAt, leaseUntil]),
      ...lanes.map((lane) => lane.limits.nextGrantAt()),
    ];
    const known = moments.filter((moment) => moment !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  private add(lane: ModelLane, given: NewJob): void {
    const job = newModelJob(lane, given, this.now, this.parentsOf(given));
    lane.jobs.push(job);
    const { idempotency, unique } = given;
    if (idempotency) lane.keys.set(idempotency.key, { id: given.id, until: this.now + idempotency.ttl });
    if (unique?.mode === 'throttle') lane.windows.set(unique.key, { job, until: this.now + unique.window });
    if (job.parents.length > 0) this.resolve(job);
    else this.ready(job, unique?.mode === 'debounce' ? unique.window : (given.delay ?? 0));
  }

  private parentsOf({ dependsOn }: NewJob): ModelParent[] {
    if (dependsOn === undefined) return [];
    const parents = dependsOn.jobs.map((ref) => this.job(ref)).filter((job) => job !== undefined);
    return parents.map((job) => ({ job, status: parentStatus(job, dependsOn.onFailure) }));
  }

  /** Cancels a job that may not run, releases one that may, and lets others wait. */
  private resolve(job: ModelJob): void {
    job.state = 'waiting';
    const has = (status: ModelParent['status']) => job.parents.some((parent) => parent.status === status);
    if (has('failed')) return this.cancelledInside(job, 'dependency-failed');
    if (has('open')) return;
    this.ready(job, Math.max(0, job.createdAt + (job.given.delay ?? 0) - this.now));
  }

  /** Tells those that depend on a job that it has ended. */
  private ended(parent: ModelJob): void {
    const links = dependentsOf(this.jobs, parent).filter(({ link }) => link.status === 'open');
    for (const { child, link } of links) {
      link.status = parentStatus(parent, child.given.dependsOn?.onFailure ?? 'fail');
      if (child.state !== 'waiting') continue;
      this.resolve(child);
      // Which of several dependents is admitted first is not said.
      if (links.length > 1) child.rank = undefined;
    }
  }

  /** Lets those wait again that were cancelled because of a job which was retried. */
  private reopen(parent: ModelJob): void {
    for (const { child, link } of dependentsOf(this.jobs, parent)) {
      if (link.status !== 'failed') continue;
      link.status = 'open';
      if (!isDependencyFailure(child)) continue;
      this.endings.excuse(child);
      child.state = 'waiting';
      child.cancelReason = undefined;
      this.reopen(child);
    }
  }

  private finish(job: ModelJob, state: 'completed' | 'failed'): void {
    job.state = state;
    this.ended(job);
  }

  private replaced(lane: ModelLane, given: NewJob): ModelJob | undefined {
    const { unique } = given;
    if (unique?.mode !== 'replace' && unique?.mode !== 'debounce') return undefined;
    const job = lane.holders(given.name, unique).find(({ state }) => state !== 'running');
    if (job === undefined) return undefined;
    job.payload = given.payload;
    job.priority = given.priority;
    if (unique.mode === 'replace') {
      this.ready(job, given.delay ?? 0);
    } else {
      const latest = unique.maxWait === undefined ? Number.POSITIVE_INFINITY : job.createdAt + unique.maxWait;
      job.dueAt = Math.min(this.now + unique.window, latest);
    }
    job.rank = undefined;
    return job;
  }

  private end(job: ModelJob, outcome: Outcome): void {
    const again = outcome.kind === 'retry' || outcome.kind === 'released';
    if (outcome.kind === 'released') job.checkpoint = outcome.checkpoint ?? job.checkpoint;
    if (again && outcome.countAttempt === false) job.attempt -= 1;
    if (again && job.cancelReason !== undefined) return this.cancelledInside(job, job.cancelReason);
    switch (outcome.kind) {
      case 'completed':
        job.result = outcome.result;
        return this.finish(job, 'completed');
      case 'failed':
        return this.finish(job, 'failed');
      case 'cancelled':
        return this.cancelled(job, outcome.reason);
      case 'retry':
        return this.ready(job, outcome.in, 'retrying');
      case 'released':
        return this.release(job, outcome);
    }
  }

  private release(job: ModelJob, { in: delay, awaits }: Released): void {
    if (awaits === undefined) return delay === undefined ? this.giveBack(job) : this.ready(job, delay);
    if (job.signals.use(awaits)) return this.ready(job, 0);
    job.state = 'waiting';
    job.awaits = awaits;
    job.dueAt = delay === undefined ? undefined : this.now + delay;
    job.dueBetween = undefined;
  }

  private loseLease(job: ModelJob): void {
    const run = this.runs.find((one) => one.job === job && one.status === 'held');
    if (run !== undefined) run.status = 'lost';
    const noticed = [job.leaseUntil as Ms, this.now] as const;
    job.leaseUntil = undefined;
    job.stalls += 1;
    if (job.cancelReason !== undefined) return this.cancelledInside(job, job.cancelReason);
    const { maxStalled = 3 } = job.given;
    const counted = maxStalled > 0;
    if (counted && job.stalls >= maxStalled) {
      this.failedInside(job);
    } else if (job.stalls === 1 && (counted || hasAttempts(job))) {
      job.state = 'pending';
      job.rank = undefined;
    } else if (hasAttempts(job)) {
      const backoff = Math.min(2 ** (job.stalls - 1), 60) * 1_000;
      job.state = 'retrying';
      job.dueBetween = [noticed[0] + backoff, noticed[1] + backoff];
    } else {
      this.failedInside(job);
    }
  }

  /** Ended with nobody in hand of it who would know. */
  private failedInside(job: ModelJob): void {
    this.endings.note(job);
    this.finish(job, 'failed');
  }

  private cancelledInside(job: ModelJob, reason: string): void {
    this.endings.note(job);
    this.cancelled(job, reason);
  }

  /** Ready now, behind those that are, or at a later moment. */
  private ready(job: ModelJob, delay: Ms, later: 'scheduled' | 'retrying' = 'scheduled'): void {
    this.admit(job);
    job.rank = ++this.lastRank;
    if (delay <= 0) return;
    job.state = later;
    job.dueAt = this.now + delay;
  }

  /** Lacks nothing any more but what its key's limits have to say. */
  private admit(job: ModelJob): void {
    job.state = 'pending';
    job.admitted = false;
    job.dueAt = undefined;
    job.dueBetween = undefined;
    job.awaits = undefined;
  }

  /** Back to its old place, with the slot of its key. */
  private giveBack(job: ModelJob): void {
    const { key } = job.given;
    if (key !== undefined) job.lane.sharesAt(job.priority).putBack(key);
    job.state = 'pending';
    // A slot of the key may have been given on meanwhile, to one that has no place yet.
    if (job.lane.definition.perKey !== undefined) job.rank = undefined;
  }

  /** Takes it out of where it waits. */
  private withdraw(job: ModelJob): void {
    const { key } = job.given;
    if (key !== undefined && job.state === 'pending' && job.admitted)
      job.lane.sharesAt(job.priority).withdraw(key);
    job.dueAt = undefined;
    job.dueBetween = undefined;
    job.awaits = undefined;
  }

  private settleDown(): void {
    for (const lane of this.lanes) lane.settleDown(this.now);
  }

  private cancelled(job: ModelJob, reason: string): void {
    if (!isUnfinished(job)) return;
    this.withdraw(job);
    job.state = 'cancelled';
    job.cancelReason = reason;
    freeKey(job);
    this.ended(job);
  }
}
