import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  EnqueueVerdict,
  Limited,
  RefusedSpawn,
  Settlement,
  Take,
} from '../../contract/index.js';
import { atLeast } from './at-least.js';
import { claimedJob } from './claimed-job.js';
import type { JobEntry } from './job-entry.js';
import type { ClaimCall } from './job-run.js';
import type { MemoryQueue } from './memory-queue.js';
import type { MemoryStore } from './memory-store.js';
import { settle } from './settle.js';
import { PENDING } from './state-code.js';

/** Settles, then takes from each queue in turn what its limits and the request allow. */
export function claimJobs(store: MemoryStore, request: ClaimRequest, minLease: number, now: number): Claim {
  const refused: RefusedSpawn[] = [];
  const verdicts =
    request.settle?.map((settlement, place) =>
      settle(store, settlement, now, (spawned) => refused.push(...refusedOf(settlement, place, spawned))),
    ) ?? [];
  const taking = new Taking(store, request, atLeast(minLease, request.lease), now);
  for (const take of request.take) taking.from(take);
  const { jobs, nextMoment, limited } = taking;
  return {
    jobs,
    verdicts,
    nextInMs: nextMoment === Infinity ? undefined : Math.max(0, Math.ceil(nextMoment - now)),
    limited: limited.length === 0 ? undefined : limited,
    ended: store.ended.tell(),
    refused: refused.length === 0 ? undefined : refused,
  };
}

function refusedOf(
  { enqueue = [] }: Settlement,
  settlement: number,
  verdicts: readonly EnqueueVerdict[],
): RefusedSpawn[] {
  return verdicts.flatMap((verdict, place) => {
    if (verdict.status !== 'refused') return [];
    const { code, detail } = verdict;
    return [{ settlement, place, id: enqueue[place]?.id ?? '', code, detail }];
  });
}

class Taking {
  readonly jobs: ClaimedJob[] = [];
  readonly limited: Limited[] = [];
  nextMoment = Infinity;

  private left: number;
  private readonly call: ClaimCall;

  constructor(
    private readonly store: MemoryStore,
    request: ClaimRequest,
    private readonly lease: number,
    private readonly now: number,
  ) {
    this.left = request.max ?? Infinity;
    this.call = { worker: request.worker, startedAt: now };
  }

  from(take: Take): void {
    const queue = this.store.current(take.queue, this.now);
    const wanted = Math.min(take.limit, this.left);
    if (wanted > 0) this.take(queue, wanted, take.ids);
    queue.wakeUps.claimed();
    this.comeBackAt(queue.nextMoment());
  }

  private take(queue: MemoryQueue, wanted: number, ids: readonly string[] | undefined): void {
    const { rateLimit, concurrency } = queue.definition;
    const slots = concurrency === undefined ? wanted : Math.max(0, concurrency - queue.leases.size);
    const tokens = rateLimit === undefined ? wanted : queue.starts.available(rateLimit, this.now, wanted);
    const allowed = queue.isPaused ? 0 : Math.min(wanted, slots, tokens);
    const taken = ids === undefined ? this.takeNext(queue, allowed) : this.takeNamed(queue, allowed, ids);
    this.left -= taken;
    if (rateLimit !== undefined && taken > 0) queue.starts.charge(rateLimit, this.now, taken);
    if (taken < allowed || allowed === wanted || !hasMore(queue, ids)) return;
    if (queue.isPaused) {
      this.limited.push({ queue: queue.name, by: 'paused' });
    } else if (rateLimit === undefined || slots <= tokens) {
      this.limited.push({ queue: queue.name, by: 'concurrency' });
    } else {
      const retryInMs = Math.ceil(queue.starts.retryIn(rateLimit, this.now));
      this.limited.push({ queue: queue.name, by: 'rate', retryInMs });
      this.comeBackAt(this.now + retryInMs);
    }
  }

  private takeNext(queue: MemoryQueue, limit: number): number {
    let taken = 0;
    queue.ready.touch(limit);
    while (taken < limit) {
      const entry = queue.ready.take();
      if (entry === undefined) break;
      this.hand(queue, entry);
      taken++;
    }
    return taken;
  }

  private takeNamed(queue: MemoryQueue, limit: number, ids: readonly string[]): number {
    let taken = 0;
    for (const id of ids) {
      const entry = queue.jobs.get(id);
      if (taken === limit) break;
      if (entry === undefined || !isReady(entry)) continue;
      queue.unready(entry);
      this.hand(queue, entry);
      taken++;
    }
    return taken;
  }

  private hand(queue: MemoryQueue, entry: JobEntry): void {
    const run = queue.start(entry, this.call, this.now + this.lease);
    this.jobs.push(claimedJob(run));
  }

  private comeBackAt(moment: number): void {
    if (moment < this.nextMoment) this.nextMoment = moment;
  }
}

function hasMore(queue: MemoryQueue, ids: readonly string[] | undefined): boolean {
  if (ids === undefined) return !queue.ready.isEmpty;
  return ids.some((id) => {
    const entry = queue.jobs.get(id);
    return entry !== undefined && isReady(entry);
  });
}

function isReady(entry: JobEntry): boolean {
  return entry.state === PENDING && entry.rare?.parked !== true;
}
