import type { EnqueueVerdict, JobRef, Ms, NewJob, Outcome, Receipt, Verdict } from '../../contract/index.js';
import { dependentsOf, isDependencyFailure, parentStatus } from './model-dependencies.js';
import { hasAttempts, isUnfinished, type ModelJob, type ModelParent, type ModelRun } from './model-job.js';
import type { ModelLane } from './model-lane.js';

/** The oracle: what a perfect backend would know and answer, after the same calls. */
export class Model {
  /** Milliseconds since it began. */
  now: Ms = 0;
  readonly runs: ModelRun[] = [];
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
    return this.jobs.find(
      (job) => job.ref.id === ref.id && job.ref.queue === ref.queue && job.state !== 'removed',
    );
  }

  enqueue(lane: ModelLane, given: NewJob, heldBySize = true): EnqueueVerdict {
    const existing = this.existing(lane, given);
    if (existing !== undefined) return { status: 'existing', id: existing };
    const replaced = this.replaced(lane, given);
    if (replaced !== undefined) return { status: 'replaced', id: replaced.ref.id };
    if (heldBySize && lane.isFull) return { status: 'refused', code: 'TASKS_QUEUE_FULL' };
    this.add(lane, given);
    return { status: 'created', id: given.id };
  }

  claim(job: ModelJob, receipt: Receipt, lease: Ms, fence: bigint): void {
    job.state = 'running';
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
    return ['applied'];
  }

  cancel(job: ModelJob, reason: string): void {
    if (job.state !== 'running') this.cancelled(job, reason);
    else job.cancelReason ??= reason;
  }

  remove(job: ModelJob): void {
    const unfinished = isUnfinished(job);
    job.state = 'removed';
    job.dueAt = undefined;
    job.dueBetween = undefined;
    this.freeKey(job);
    if (unfinished) this.ended(job);
  }

  retryDead(job: ModelJob, delay: Ms): void {
    job.attempt = 0;
    job.stalls = 0;
    job.replays += 1;
    job.cancelReason = undefined;
    this.reopen(job);
    this.ready(job, delay);
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
      job.state = 'pending';
      job.dueAt = undefined;
      job.rank = this.lastRank;
    }
    const waiting = this.jobs.filter(({ state }) => state === 'waiting');
    for (const job of this.jobs) {
      if (job.leaseUntil !== undefined && job.leaseUntil <= this.now) this.loseLease(job);
    }
    // Nor whether jobs that come due are admitted before those whose dependencies end by a lost lease.
    for (const job of waiting) job.rank = undefined;
  }

  /** The moment of the next thing that happens by itself on these lanes. */
  nextMoment(lanes: readonly ModelLane[]): Ms | undefined {
    const moments = lanes
      .flatMap((lane) => lane.jobs)
      .flatMap(({ dueAt, leaseUntil }) => [dueAt, leaseUntil]);
    const known = moments.filter((moment) => moment !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  private add(lane: ModelLane, given: NewJob): void {
    const job: ModelJob = {
      ref: { queue: given.queue, id: given.id },
      lane,
      given,
      createdAt: this.now,
      state: 'pending',
      payload: given.payload,
      priority: given.priority,
      attempt: 0,
      stalls: 0,
      replays: 0,
      fence: -1n,
      dueAt: undefined,
      dueBetween: undefined,
      leaseUntil: undefined,
      rank: undefined,
      cancelReason: undefined,
      parents: this.parentsOf(given),
      result: undefined,
    };
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
    if (has('failed')) return this.cancelled(job, 'dependency-failed');
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
      child.state = 'waiting';
      child.cancelReason = undefined;
      this.reopen(child);
    }
  }

  private finish(job: ModelJob, state: 'completed' | 'failed'): void {
    job.state = state;
    this.ended(job);
  }

  private existing(lane: ModelLane, given: NewJob): string | undefined {
    if (given.repeat && this.job(given) !== undefined) return given.id;
    const { idempotency, unique } = given;
    const holder = idempotency && lane.keys.get(idempotency.key);
    if (holder !== undefined && holder.until > this.now) return holder.id;
    if (unique?.mode === 'keep-first') return lane.holders(given.name, unique)[0]?.ref.id;
    const window = unique?.mode === 'throttle' ? lane.windows.get(unique.key) : undefined;
    return window !== undefined && window.until > this.now ? window.job.ref.id : undefined;
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
    if (again && outcome.countAttempt === false) job.attempt -= 1;
    if (again && job.cancelReason !== undefined) return this.cancelled(job, job.cancelReason);
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
        return outcome.in === undefined ? this.giveBack(job) : this.ready(job, outcome.in);
    }
  }

  private loseLease(job: ModelJob): void {
    const run = this.runs.find((one) => one.job === job && one.status === 'held');
    if (run !== undefined) run.status = 'lost';
    const noticed = [job.leaseUntil as Ms, this.now] as const;
    job.leaseUntil = undefined;
    job.stalls += 1;
    if (job.cancelReason !== undefined) return this.cancelled(job, job.cancelReason);
    const { maxStalled = 3 } = job.given;
    const counted = maxStalled > 0;
    if (counted && job.stalls >= maxStalled) {
      this.finish(job, 'failed');
    } else if (job.stalls === 1 && (counted || hasAttempts(job))) {
      job.state = 'pending';
      job.rank = undefined;
    } else if (hasAttempts(job)) {
      const backoff = Math.min(2 ** (job.stalls - 1), 60) * 1_000;
      job.state = 'retrying';
      job.dueBetween = [noticed[0] + backoff, noticed[1] + backoff];
    } else {
      this.finish(job, 'failed');
    }
  }

  /** Ready now, behind those that are, or at a later moment. */
  private ready(job: ModelJob, delay: Ms, later: 'scheduled' | 'retrying' = 'scheduled'): void {
    job.dueBetween = undefined;
    job.dueAt = delay > 0 ? this.now + delay : undefined;
    job.state = delay > 0 ? later : 'pending';
    job.rank = ++this.lastRank;
  }

  /** A key's slot may have been given on meanwhile: where keys have limits, the old place is not promised. */
  private giveBack(job: ModelJob): void {
    job.state = 'pending';
    if (job.given.key !== undefined) job.rank = undefined;
  }

  private cancelled(job: ModelJob, reason: string): void {
    if (!isUnfinished(job)) return;
    job.state = 'cancelled';
    job.cancelReason = reason;
    job.dueAt = undefined;
    job.dueBetween = undefined;
    this.freeKey(job);
    this.ended(job);
  }

  private freeKey(job: ModelJob): void {
    const key = job.given.idempotency?.key;
    if (key !== undefined && job.lane.keys.get(key)?.id === job.ref.id) job.lane.keys.delete(key);
  }
}
