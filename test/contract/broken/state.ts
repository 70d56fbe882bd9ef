import type {
  Lease,
  Ms,
  OrderedIndex,
  Payload,
  RateLimit,
  StateBackend,
  StateEntry,
  StateSubscription,
  StateValue,
} from '../../../lib/contract/index.js';
import type { ManualClock } from '../../../lib/testing/index.js';
import { inState } from './flaw.js';
import { ForwardingState } from './forwarding-state.js';
import { FixedWindow } from './limits.js';

class TtlIgnored extends ForwardingState {
  override set(entries: readonly StateEntry[]): Promise<void> {
    return super.set(entries.map(({ key, value }) => ({ key, value })));
  }
}

class TtlForgottenByCompareAndSet extends ForwardingState {
  override async compareAndSet(
    key: string,
    expected: string | null,
    value: Payload,
    ttl?: Ms,
  ): Promise<boolean> {
    const isWritten = await super.compareAndSet(key, expected, value, ttl);
    if (isWritten && ttl === undefined) await super.set([{ key, value }]);
    return isWritten;
  }
}

/** The version is the value: one that went and came back is taken for the same. */
class VersionIsValue extends ForwardingState {
  override async get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    return (await super.get(keys)).map((one) => one && { value: one.value, version: String(one.value) });
  }

  override async compareAndSet(
    key: string,
    expected: string | null,
    value: Payload,
    ttl?: Ms,
  ): Promise<boolean> {
    const [now] = await super.get([key]);
    const isSame = expected !== null && now !== undefined && String(now.value) === expected;
    return super.compareAndSet(key, isSame ? now.version : expected, value, ttl);
  }
}

class CountedByReadAndWrite extends ForwardingState {
  override async increment(key: string, by: number, ttl?: Ms): Promise<number> {
    const before = Number((await super.get([key]))[0]?.value ?? 0);
    await new Promise((done) => setImmediate(done));
    await super.set([{ key, value: String(before + by), ttl }]);
    return before + by;
  }
}

class LeaseFenceRestarts extends ForwardingState {
  private readonly fences = new Map<string, bigint>();

  override async acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    const lease = await super.acquire(name, owner, ttl);
    if (lease === null) return null;
    const base = this.fences.get(name) ?? 0n;
    return { ...lease, fence: String(BigInt(lease.fence) - base) };
  }

  override async release(lease: Lease): Promise<void> {
    const base = this.fences.get(lease.name) ?? 0n;
    const real = { ...lease, fence: String(BigInt(lease.fence) + base) };
    await super.release(real);
    this.fences.set(lease.name, BigInt(real.fence));
  }

  override renew(lease: Lease, ttl: Ms): Promise<boolean> {
    const base = this.fences.get(lease.name) ?? 0n;
    return super.renew({ ...lease, fence: String(BigInt(lease.fence) + base) }, ttl);
  }
}

class LostLeaseRenewed extends ForwardingState {
  override async renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return (await super.renew(lease, ttl)) || (await super.acquire(lease.name, lease.owner, ttl)) !== null;
  }
}

class ReleasedByAnybody extends ForwardingState {
  private readonly holders = new Map<string, Lease>();

  override async acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    const lease = await super.acquire(name, owner, ttl);
    if (lease !== null) this.holders.set(name, lease);
    return lease;
  }

  override release(lease: Lease): Promise<void> {
    return super.release(this.holders.get(lease.name) ?? lease);
  }
}

class WindowsOfTheClock extends ForwardingState {
  private readonly windows = new Map<string, FixedWindow>();

  constructor(
    sound: StateBackend,
    private readonly clock: ManualClock,
  ) {
    super(sound);
  }

  override take(
    bucket: string,
    limit: RateLimit,
    tokens: number,
  ): Promise<{ granted: number; retryInMs: Ms }> {
    const window = this.windows.get(bucket) ?? new FixedWindow(limit);
    this.windows.set(bucket, window);
    const granted = Math.min(tokens, window.left(this.clock.now()));
    window.use(granted);
    const retryInMs = granted === tokens ? 0 : limit.per - (this.clock.now() % limit.per);
    return Promise.resolve({ granted, retryInMs });
  }
}

/** Scores are compared as texts. */
class ScoresAsTexts extends ForwardingState {
  override index(name: string): OrderedIndex {
    const index = super.index(name);
    return {
      add: (members) => index.add(members),
      remove: (members) => index.remove(members),
      count: () => index.count(),
      range: async (options) => {
        const found = await index.range(options);
        const sign = options?.reverse ? -1 : 1;
        return found.toSorted((a, b) => sign * (String(a.score) < String(b.score) ? -1 : 1));
      },
    };
  }
}

/** What comes behind a place is what has a higher score: members that share one are passed over. */
class PlacesByScoreAlone extends ForwardingState {
  override index(name: string): OrderedIndex {
    const index = super.index(name);
    return {
      add: (members) => index.add(members),
      remove: (members) => index.remove(members),
      count: () => index.count(),
      range: ({ after, ...options } = {}) =>
        after === undefined
          ? index.range(options)
          : index.range({
              ...options,
              ...(options.reverse ? { max: after.score - 1 } : { min: after.score + 1 }),
            }),
    };
  }
}

class WatchedForEver extends ForwardingState {
  override async watch(channel: string, listener: (message: Payload) => void): Promise<StateSubscription> {
    await super.watch(channel, listener);
    return { close: () => Promise.resolve() };
  }
}

class MessagesReplayed extends ForwardingState {
  private readonly kept = new Map<string, Payload[]>();

  override async publish(channel: string, message: Payload): Promise<void> {
    this.kept.set(channel, [...(this.kept.get(channel) ?? []), message]);
    await super.publish(channel, message);
  }

  override watch(channel: string, listener: (message: Payload) => void): Promise<StateSubscription> {
    for (const message of this.kept.get(channel) ?? []) listener(message);
    return super.watch(channel, listener);
  }
}

class TimeStandsStill extends ForwardingState {
  private first: Promise<number> | undefined;

  override time(): Promise<number> {
    return (this.first ??= super.time());
  }
}

class TimeInSeconds extends ForwardingState {
  override async time(): Promise<number> {
    return Math.floor((await super.time()) / 1_000);
  }
}

export const stateFlaws = [
  inState('keeps values for ever', 'state: values', TtlIgnored),
  inState(
    'forgets the time to live at a compare and set',
    'state: compare and set',
    TtlForgottenByCompareAndSet,
  ),
  inState('takes a value for its version', 'state: compare and set', VersionIsValue),
  inState('counts by reading and writing', 'state: increment', CountedByReadAndWrite),
  inState('starts the fence of a freed lease again', 'state: leases', LeaseFenceRestarts),
  inState('renews a lease that was lost', 'state: leases', LostLeaseRenewed),
  inState('lets anybody release a lease', 'state: leases', ReleasedByAnybody),
  inState('limits by windows of the wall clock', 'state: rate limiter', WindowsOfTheClock),
  inState('sorts scores as texts', 'state: ordered index', ScoresAsTexts),
  inState('loses members between pages', 'state: ordered index', PlacesByScoreAlone),
  inState('goes on telling who has stopped watching', 'state: publish and watch', WatchedForEver),
  inState('keeps messages for later', 'state: publish and watch', MessagesReplayed),
  inState('tells the time at which it was asked first', 'state: time', TimeStandsStill),
  inState('tells the time in seconds', 'state: time', TimeInSeconds),
];
