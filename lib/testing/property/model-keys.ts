import assert from 'node:assert/strict';
import type { KeyLimits, Ms, PendingReason, QueueDefinition } from '../../contract/index.js';
import { ModelBucket } from './model-bucket.js';
import type { ModelJob } from './model-job.js';

/** Who is let in by the limits of its key: what is ready or runs has a slot, the others are parked in their order. */
export class ModelKeys {
  private readonly buckets = new Map<string, ModelBucket>();

  constructor(
    private readonly jobs: readonly ModelJob[],
    private readonly limits: NonNullable<QueueDefinition['perKey']>,
  ) {}

  /** Whether a rate decides who is let in: then it counts which job has left, not only how many there are. */
  get isRated(): boolean {
    const { rateLimit, overrides = {} } = this.limits;
    return [rateLimit, ...Object.values(overrides).map((one) => one.rateLimit)].some(
      (rate) => rate !== undefined,
    );
  }

  /** Lets in whom the limits allow now, the head of each key first. */
  letIn(now: Ms): void {
    const parked = this.jobs.filter((job) => job.state === 'pending' && !job.admitted);
    for (const job of parked.toSorted(inOrder)) {
      const { key } = job.given;
      if (!this.hasSlot(key) || !this.hasToken(key, now)) continue;
      job.admitted = true;
      this.bucketOf(key)?.charge(1, now);
    }
  }

  /**
   * A claim tells which jobs were let in. Where several were admitted together it is not said which of them comes first,
   * and the model has guessed.
   */
  tell(taken: readonly ModelJob[]): void {
    for (const job of taken.filter(({ admitted }) => !admitted)) {
      const other = this.jobs.find(
        (one) =>
          one.state === 'pending' && one.admitted && one.given.key === job.given.key && !taken.includes(one),
      );
      assert.ok(other, `job ${job.ref.id} was handed out, which the limits of its key do not let in`);
      job.admitted = true;
      other.admitted = false;
    }
  }

  /** What a parked job of the key may say of itself. */
  reasonsOf(key: string | undefined, now: Ms): PendingReason[] {
    return [
      ...(this.hasSlot(key) ? [] : (['key-concurrency'] as const)),
      ...(this.hasToken(key, now) ? [] : (['key-rate'] as const)),
    ];
  }

  /** When a limiter lets the next parked job in. */
  nextGrantAt(): Ms | undefined {
    const parked = this.jobs.filter((job) => job.state === 'pending' && !job.admitted);
    const moments = parked
      .filter(({ given }) => this.hasSlot(given.key))
      .flatMap(({ given }) => this.bucketOf(given.key)?.nextAt() ?? []);
    return moments.length === 0 ? undefined : Math.min(...moments);
  }

  private hasSlot(key: string | undefined): boolean {
    const { concurrency = Number.POSITIVE_INFINITY } = this.limitsOf(key);
    const holders = this.jobs.filter(
      ({ given, state, admitted }) =>
        given.key === key && (state === 'running' || (state === 'pending' && admitted)),
    );
    return holders.length < concurrency;
  }

  private hasToken(key: string | undefined, now: Ms): boolean {
    const bucket = this.bucketOf(key);
    return bucket === undefined || bucket.tokens(now) > 0;
  }

  private bucketOf(key: string | undefined): ModelBucket | undefined {
    const { rateLimit } = this.limitsOf(key);
    if (key === undefined || rateLimit === undefined) return undefined;
    const bucket = this.buckets.get(key) ?? new ModelBucket(rateLimit);
    this.buckets.set(key, bucket);
    return bucket;
  }

  private limitsOf(key: string | undefined): KeyLimits {
    if (key === undefined) return {};
    const { overrides = {} } = this.limits;
    return (Object.hasOwn(overrides, key) ? overrides[key] : undefined) ?? this.limits;
  }
}

/** By priority, then by place; whose place is not known comes last, and the next look tells. */
function inOrder(one: ModelJob, other: ModelJob): number {
  const place = ({ rank = Number.POSITIVE_INFINITY }: ModelJob) => rank;
  if (one.priority !== other.priority) return other.priority - one.priority;
  return place(one) === place(other) ? 0 : place(one) - place(other);
}
