import { GcraBucket } from '../../../lib/backends/memory/gcra-bucket.js';
import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  KeyLimits,
  Ms,
  QueueBackend,
  QueueDefinition,
  RateLimit,
} from '../../../lib/contract/index.js';
import type { ManualClock } from '../../../lib/testing/index.js';
import { inQueue } from './flaw.js';
import { ChangingQueues, ForwardingQueue } from './forwarding-queue.js';

/** Counts in windows of the wall clock: twice the limit may start around their edges. */
export class FixedWindow {
  private window = -1;
  private used = 0;

  constructor(private readonly limit: RateLimit) {}

  left(now: Ms): number {
    const window = Math.floor(now / this.limit.per);
    if (window !== this.window) this.used = 0;
    this.window = window;
    return Math.max(0, this.limit.limit - this.used);
  }

  use(count: number): void {
    this.used += count;
  }
}

class WindowEdges extends ForwardingQueue {
  private readonly windows = new Map<string, FixedWindow>();

  constructor(
    sound: QueueBackend,
    private readonly clock: ManualClock,
  ) {
    super(sound);
  }

  override declare(queues: readonly QueueDefinition[]): void {
    for (const { name, rateLimit } of queues) {
      if (rateLimit === undefined) this.windows.delete(name);
      else this.windows.set(name, new FixedWindow(rateLimit));
    }
    super.declare(queues.map(({ rateLimit: _, ...queue }) => queue));
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const now = this.clock.now();
    const take = request.take.map((one) => ({
      ...one,
      limit: Math.min(one.limit, this.windows.get(one.queue)?.left(now) ?? one.limit),
    }));
    const claim = await super.claim({ ...request, take });
    for (const { queue } of claim.jobs) this.windows.get(queue)?.use(1);
    const limited = request.take
      .filter(({ queue }) => this.windows.get(queue)?.left(now) === 0)
      .map(({ queue }) => ({ queue, by: 'rate' as const, retryInMs: 100 }));
    return { ...claim, nextInMs: 100, limited: [...(claim.limited ?? []), ...limited] };
  }
}

class BurstDoubled extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    const { rateLimit } = queue;
    if (rateLimit === undefined) return queue;
    return { ...queue, rateLimit: { ...rateLimit, burst: 2 * (rateLimit.burst ?? rateLimit.limit) } };
  }
}

class OneTooMany extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    return queue.concurrency === undefined ? queue : { ...queue, concurrency: queue.concurrency + 1 };
  }
}

class KeyConcurrencyIgnored extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    const { concurrency: _, ...perKey } = queue.perKey ?? {};
    return { ...queue, perKey };
  }
}

class KeyRateIgnored extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    return withKeyRates(queue, () => undefined);
  }
}

/** The moment that it parks a job until never comes. */
class ParkedForEver extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    return withKeyRates(queue, ({ limit, per, burst = limit }) => ({ limit, per: per * 1e9, burst }));
  }
}

/** Rates of keys are looked at by the claim: what is ready cannot always run. */
class KeyRateAtClaim extends ForwardingQueue {
  private readonly definitions = new Map<string, QueueDefinition>();
  private readonly buckets = new Map<string, GcraBucket>();

  constructor(
    sound: QueueBackend,
    private readonly clock: ManualClock,
  ) {
    super(sound);
  }

  override declare(queues: readonly QueueDefinition[]): void {
    for (const queue of queues) this.definitions.set(queue.name, queue);
    super.declare(queues.map((queue) => withKeyRates(queue, () => undefined)));
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const held = claim.jobs.filter((job) => !this.mayStart(job));
    if (held.length === 0) return claim;
    await super.claim({
      worker: request.worker,
      lease: request.lease,
      take: [],
      settle: held.map(({ receipt }) => ({ receipt, outcome: { kind: 'released', countAttempt: false } })),
    });
    return { ...claim, jobs: claim.jobs.filter((job) => !held.includes(job)), nextInMs: 1 };
  }

  private mayStart({ queue, extra }: ClaimedJob): boolean {
    const { perKey } = this.definitions.get(queue) ?? {};
    const key = extra?.key;
    if (key === undefined || perKey === undefined) return true;
    const { overrides = {} } = perKey;
    const { rateLimit } = (Object.hasOwn(overrides, key) ? overrides[key] : undefined) ?? perKey;
    if (rateLimit === undefined) return true;
    const address = JSON.stringify([queue, key]);
    const bucket = this.buckets.get(address) ?? new GcraBucket();
    this.buckets.set(address, bucket);
    if (bucket.available(rateLimit, this.clock.now(), 1) === 0) return false;
    bucket.charge(rateLimit, this.clock.now(), 1);
    return true;
  }
}

/** Every rate of a key changed, wherever it is declared. */
function withKeyRates(
  queue: QueueDefinition,
  change: (rate: RateLimit) => RateLimit | undefined,
): QueueDefinition {
  const { perKey } = queue;
  if (perKey === undefined) return queue;
  const changed = (limits: KeyLimits): KeyLimits => ({
    ...limits,
    rateLimit: limits.rateLimit && change(limits.rateLimit),
  });
  const overrides = Object.entries(perKey.overrides ?? {}).map(([key, limits]) => [key, changed(limits)]);
  return { ...queue, perKey: { ...changed(perKey), overrides: Object.fromEntries(overrides) } };
}

class KeyOverridesIgnored extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    const { overrides: _, ...perKey } = queue.perKey ?? {};
    return { ...queue, perKey };
  }
}

class SizeIgnored extends ChangingQueues {
  protected override change({ maxSize: _, ...queue }: QueueDefinition): QueueDefinition {
    return queue;
  }
}

class FirstDeclarationHolds extends ForwardingQueue {
  private readonly known = new Set<string>();

  override declare(queues: readonly QueueDefinition[]): void {
    super.declare(queues.filter(({ name }) => !this.known.has(name)));
    for (const { name } of queues) this.known.add(name);
  }
}

class NothingIsDropped extends ChangingQueues {
  protected override change({ retention: _, ...queue }: QueueDefinition): QueueDefinition {
    return queue;
  }
}

class FailedLikeCompleted extends ChangingQueues {
  protected override change(queue: QueueDefinition): QueueDefinition {
    const { retention } = queue;
    if (retention?.completedTtl === undefined) return queue;
    return { ...queue, retention: { ...retention, failedTtl: retention.completedTtl } };
  }
}

export const limitFlaws = [
  inQueue('counts a rate in windows of the wall clock', 'rate limit of a queue', WindowEdges),
  inQueue('lets twice the burst go', 'rate limit of a queue', BurstDoubled),
  inQueue('runs one more than its concurrency', 'concurrency of a queue', OneTooMany),
  inQueue('ignores the concurrency of keys', 'concurrency of a key', KeyConcurrencyIgnored),
  inQueue('ignores the rate of keys', 'rate limit of a key', KeyRateIgnored),
  inQueue('counts the rate of keys when jobs are claimed', 'rate limit of a key', KeyRateAtClaim),
  inQueue('never lets a parked job in', 'rate limit of a key', ParkedForEver),
  inQueue('gives every key the same concurrency', 'concurrency of a key', KeyOverridesIgnored),
  inQueue('gives every key the same rate', 'rate limit of a key', KeyOverridesIgnored),
  inQueue('ignores its size', 'capacity', SizeIgnored),
  inQueue('goes by the first declaration', 'capacity', FirstDeclarationHolds),
  inQueue('drops nothing that has finished', 'retention', NothingIsDropped),
  inQueue('drops dead letters like completed jobs', 'retention', FailedLikeCompleted),
];
