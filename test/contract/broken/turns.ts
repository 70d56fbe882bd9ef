import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  NewJob,
  QueueDefinition,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ChangingJobs, ForwardingQueue } from './forwarding-queue.js';

/** Keys are told, and mean nothing for the order. */
class Unfair extends ForwardingQueue {
  private readonly keys = new Map<string, string | undefined>();

  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    for (const job of jobs) this.keys.set(job.id, job.key);
    return super.enqueue(
      jobs.map((job) => ({ ...job, key: undefined })),
      options,
    );
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const keyed = (job: ClaimedJob) => ({ ...job, extra: { ...job.extra, key: this.keys.get(job.id) } });
    return { ...claim, jobs: claim.jobs.map(keyed) };
  }
}

class WeightIgnored extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return { ...job, weight: 1 };
  }
}

/** Who has the next turn is up to it, on queues without limits: it takes everything, keeps what it wants and puts the rest back. */
abstract class TakingTurns extends ForwardingQueue {
  private readonly free = new Set<string>();
  protected readonly weights = new Map<string, number>();

  override declare(queues: readonly QueueDefinition[]): void {
    for (const { name, rateLimit, concurrency, perKey } of queues) {
      if (rateLimit ?? concurrency ?? perKey) this.free.delete(name);
      else this.free.add(name);
    }
    super.declare(queues);
  }

  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    for (const job of jobs) this.enter(job);
    return super.enqueue(jobs, options);
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const take = request.take.map((one) =>
      this.free.has(one.queue) && one.ids === undefined && one.limit > 0 ? { ...one, limit: 1_000 } : one,
    );
    const claim = await super.claim({ ...request, take });
    const kept = request.take.flatMap(({ queue, limit }) =>
      this.choose(
        claim.jobs.filter((job) => job.queue === queue),
        limit,
      ),
    );
    const back = claim.jobs.filter((job) => !kept.includes(job)).toReversed();
    const settle = back.map(
      ({ receipt }) => ({ receipt, outcome: { kind: 'released', countAttempt: false } }) as const,
    );
    await super.claim({ worker: request.worker, lease: request.lease, take: [], settle });
    return { ...claim, jobs: kept };
  }

  private choose(jobs: readonly ClaimedJob[], limit: number): ClaimedJob[] {
    const left = [...jobs];
    const chosen: ClaimedJob[] = [];
    while (left.length > 0 && chosen.length < limit) {
      const highest = Math.max(...left.map(({ priority }) => priority));
      const level = left.filter(({ priority }) => priority === highest);
      const heads = level.filter((job) => level.find((one) => keyOf(one) === keyOf(job)) === job);
      const next = heads.reduce((best, one) => (this.placeOf(one) < this.placeOf(best) ? one : best));
      left.splice(left.indexOf(next), 1);
      chosen.push(next);
      this.served(next);
    }
    return chosen;
  }

  protected enter(job: NewJob): void {
    this.weights.set(job.id, job.weight ?? 1);
  }

  protected served(_job: ClaimedJob): void {}

  /** Of the first jobs of all keys, the one with the least has the next turn. */
  protected abstract placeOf(job: ClaimedJob): number;
}

const keyOf = ({ queue, priority, extra }: ClaimedJob) => JSON.stringify([queue, priority, extra?.key]);

/** One key always comes last, as long as any other has something. */
class StarvesOneKey extends TakingTurns {
  protected override placeOf({ extra }: ClaimedJob): number {
    return ['a', 'small', 'late', 'light'].includes(extra?.key ?? '') ? 1 : 0;
  }
}

/** The place is given by the claim, from what each key has had: one that was idle has all of that in its favour. */
class PlaceAtClaim extends TakingTurns {
  private readonly had = new Map<string, number>();

  protected override served(job: ClaimedJob): void {
    this.had.set(keyOf(job), this.placeOf(job) + 1 / (this.weights.get(job.id) ?? 1));
  }

  protected override placeOf(job: ClaimedJob): number {
    return this.had.get(keyOf(job)) ?? 0;
  }
}

/** The place is given by the enqueue, also to what cannot run yet: jobs of a key that are due later push back those that are ready. */
class PlaceAtEnqueue extends TakingTurns {
  private readonly places = new Map<string, number>();
  private readonly last = new Map<string, number>();
  private readonly now = new Map<string, number>();

  protected override enter(job: NewJob): void {
    super.enter(job);
    const flow = JSON.stringify([job.queue, job.priority, job.key]);
    const level = JSON.stringify([job.queue, job.priority]);
    const start = Math.max(this.now.get(level) ?? 0, this.last.get(flow) ?? 0);
    this.last.set(flow, start + 1 / (job.weight ?? 1));
    this.places.set(job.id, start + 1 / (job.weight ?? 1));
  }

  protected override served(job: ClaimedJob): void {
    const level = JSON.stringify([job.queue, job.priority]);
    this.now.set(level, Math.max(this.now.get(level) ?? 0, this.placeOf(job)));
  }

  protected override placeOf(job: ClaimedJob): number {
    return this.places.get(job.id) ?? 0;
  }
}

const TOPIC = 'fair shares';

export const turnFlaws = [
  inQueue('has no fair shares', TOPIC, Unfair),
  inQueue('ignores weights', TOPIC, WeightIgnored),
  inQueue('lets one key starve', TOPIC, StarvesOneKey),
  inQueue('gives fair places when jobs are claimed', TOPIC, PlaceAtClaim),
  inQueue('gives fair places when jobs are enqueued', TOPIC, PlaceAtEnqueue),
];
