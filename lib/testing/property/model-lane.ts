import type { JobState, Limited, Ms, NewJob, QueueDefinition } from '../../contract/index.js';
import { FairShares } from './fair-shares.js';
import { ModelBucket } from './model-bucket.js';
import { isUnfinished, type ModelJob } from './model-job.js';
import { ModelKeys } from './model-keys.js';

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
  readonly limits: ModelKeys;
  private readonly starts: ModelBucket | undefined;
  private readonly shares = new Map<number, FairShares>();

  constructor(
    readonly name: string,
    /** The latest word about it. */
    public definition: Omit<QueueDefinition, 'name'>,
    /** Whether its jobs have keys. */
    readonly isKeyed: boolean,
    /** Whether keys take turns. */
    private readonly isFair = true,
  ) {
    this.limits = new ModelKeys(this.jobs, definition.perKey ?? {});
    this.starts = definition.rateLimit && new ModelBucket(definition.rateLimit);
  }

  job(id: string): ModelJob | undefined {
    return this.jobs.find((job) => job.ref.id === id && job.state !== 'removed');
  }

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

  /** Jobs that nothing but the limits of the queue holds back. */
  get ready(): ModelJob[] {
    return this.in('pending').filter(({ admitted }) => admitted);
  }

  claimable(now: Ms): Claimable {
    const { concurrency = Number.POSITIVE_INFINITY } = this.definition;
    const room = Math.max(0, concurrency - this.in('running').length);
    const tokens = this.starts?.tokens(now) ?? Number.POSITIVE_INFINITY;
    const runnable = this.ready.length;
    const count = this.paused ? 0 : Math.min(runnable, room, tokens);
    const heldBy: Limited['by'][] = this.paused && runnable > 0 ? ['paused'] : [];
    if (room <= count && room < runnable) heldBy.push('concurrency');
    if (tokens <= count && tokens < runnable) heldBy.push('rate');
    return { candidates: this.in('pending'), count, heldBy };
  }

  charge(count: number, now: Ms): void {
    if (count > 0) this.starts?.charge(count, now);
  }

  /** When the limiter of the queue lets the next one start. */
  nextStartAt(): Ms | undefined {
    return this.starts?.nextAt();
  }

  /** The shares of the keys at this priority. */
  sharesAt(priority: number): FairShares {
    const shares = this.shares.get(priority) ?? new FairShares();
    this.shares.set(priority, shares);
    return shares;
  }

  /** Lets in whom the limits of keys allow, and takes note of which keys have somebody ready. */
  settleDown(now: Ms): void {
    this.limits.letIn(now);
    this.noteShares();
  }

  noteShares(): void {
    if (!this.isKeyed || !this.isFair) return;
    const { ready } = this;
    for (const priority of new Set([...this.shares.keys(), ...ready.map((job) => job.priority)])) {
      this.sharesAt(priority).look(ready.filter((job) => job.priority === priority));
    }
  }
}
