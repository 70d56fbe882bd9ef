import type { JobState, Limited, Ms, NewJob, QueueDefinition, RateLimit } from '../../contract/index.js';
import { isUnfinished, type ModelJob } from './model-job.js';

/** Which jobs a claim may hand out now, how many of them, and what holds the others back. */
export interface Claimable {
  readonly candidates: readonly ModelJob[];
  readonly count: number;
  readonly heldBy: readonly Limited['by'][];
}

/** One queue of the model. It scans lists; that is slow, and it is hard to get wrong. */
export class ModelLane {
  readonly jobs: ModelJob[] = [];
  paused = false;
  /** Idempotency keys: who has them, and until when. */
  readonly keys = new Map<string, { readonly id: string; readonly until: Ms }>();
  /** Throttle keys: the job of the window, and its end. */
  readonly windows = new Map<string, { readonly job: ModelJob; readonly until: Ms }>();
  /** When the next token would arrive in an empty bucket (GCRA's theoretical arrival time). */
  private arrival: Ms = Number.NEGATIVE_INFINITY;

  constructor(
    readonly name: string,
    readonly definition: Omit<QueueDefinition, 'name'>,
  ) {}

  in(...states: readonly JobState[]): ModelJob[] {
    return this.jobs.filter((job) => states.includes(job.state as JobState));
  }

  /** Whether an enqueue would be refused for want of room. */
  get isFull(): boolean {
    const { maxSize = Number.POSITIVE_INFINITY } = this.definition;
    return this.in('pending', 'scheduled', 'waiting', 'retrying').length >= maxSize;
  }

  /** Unfinished jobs of this task with this unique key. */
  holders(name: string, unique: NonNullable<NewJob['unique']>): ModelJob[] {
    return this.jobs.filter(
      (job) =>
        isUnfinished(job) &&
        job.given.name === name &&
        job.given.unique?.mode === unique.mode &&
        job.given.unique.key === unique.key,
    );
  }

  claimable(now: Ms): Claimable {
    const candidates = this.in('pending');
    const { concurrency = Number.POSITIVE_INFINITY, rateLimit } = this.definition;
    const room = Math.max(0, concurrency - this.in('running').length);
    const tokens = rateLimit === undefined ? Number.POSITIVE_INFINITY : this.tokens(rateLimit, now);
    const runnable = this.runnable();
    const count = this.paused ? 0 : Math.min(runnable, room, tokens);
    const heldBy: Limited['by'][] = this.paused && runnable > 0 ? ['paused'] : [];
    if (room <= count && room < runnable) heldBy.push('concurrency');
    if (tokens <= count && tokens < runnable) heldBy.push('rate');
    return { candidates, count, heldBy };
  }

  /** How many of the pending jobs of each key are parked for want of a slot. */
  parked(): Map<string | undefined, number> {
    const parked = new Map<string | undefined, number>();
    for (const key of this.keysOfPending()) {
      parked.set(key, this.pendingOf(key).length - this.slotsFor(key));
    }
    return parked;
  }

  charge(count: number, now: Ms): void {
    const { rateLimit } = this.definition;
    if (rateLimit === undefined) return;
    this.arrival = Math.max(this.arrival, now) + (count * rateLimit.per) / rateLimit.limit;
  }

  private tokens(rate: RateLimit, now: Ms): number {
    const interval = rate.per / rate.limit;
    const burst = (rate.burst ?? rate.limit) * interval;
    return Math.max(0, Math.floor((now + burst - Math.max(this.arrival, now)) / interval + 1e-9));
  }

  private runnable(): number {
    return this.keysOfPending().reduce((sum, key) => sum + this.slotsFor(key), 0);
  }

  private slotsFor(key: string | undefined): number {
    const { concurrency = Number.POSITIVE_INFINITY } = this.definition.perKey ?? {};
    const pending = this.pendingOf(key).length;
    if (key === undefined) return pending;
    const running = this.in('running').filter(({ given }) => given.key === key).length;
    return Math.min(pending, concurrency - running);
  }

  private pendingOf(key: string | undefined): ModelJob[] {
    return this.in('pending').filter(({ given }) => given.key === key);
  }

  private keysOfPending(): (string | undefined)[] {
    return [...new Set(this.in('pending').map(({ given }) => given.key))];
  }
}
