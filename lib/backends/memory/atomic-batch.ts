import type { EnqueueVerdict, JobRef, NewJob } from '../../contract/index.js';
import { existingId, refusal } from './add-job.js';
import { orderBatch } from '../batch-order.js';
import { flawOf } from '../job-flaw.js';
import type { MemoryQueue } from './memory-queue.js';
import type { MemoryStore } from './memory-store.js';
import { RUNNING } from './state-code.js';

/**
 * Looks whether every job of a batch would be accepted, before the first one is. @returns the verdicts of the batch
 * when one would not: its own for each that is at fault, `TASKS_VALIDATION` for the others.
 */
export function refuseBatch(
  store: MemoryStore,
  jobs: readonly NewJob[],
  now: number,
): EnqueueVerdict[] | undefined {
  const { circular } = orderBatch(jobs);
  const rehearsal = new Rehearsal(store, jobs, now);
  const verdicts = jobs.map((job, place) =>
    circular.has(place) ? refusal('TASKS_DEPENDENCY_CYCLE', job.id) : rehearsal.refusalOf(job),
  );
  if (verdicts.every((verdict) => verdict === undefined)) return undefined;
  return verdicts.map(
    (verdict) => verdict ?? refusal('TASKS_VALIDATION', 'another job of the batch is refused'),
  );
}

/** Goes through a batch as adding it would, and changes nothing. */
class Rehearsal {
  /** Ids and keys that jobs of the batch would have taken so far. */
  private readonly taken = new Set<string>();
  private readonly added = new Map<MemoryQueue, number>();
  private readonly addresses: ReadonlySet<string>;

  constructor(
    private readonly store: MemoryStore,
    jobs: readonly NewJob[],
    private readonly now: number,
  ) {
    this.addresses = new Set(jobs.map(addressOf));
  }

  refusalOf(job: NewJob): EnqueueVerdict | undefined {
    const queue = this.store.current(job.queue, this.now);
    const flaw = flawOf(job);
    if (flaw !== undefined) return refusal('TASKS_VALIDATION', flaw);
    if (!this.isNew(queue, job)) return undefined;
    const unknown = job.dependsOn?.jobs.find((ref) => !this.isKnown(ref));
    if (unknown !== undefined) return refusal('TASKS_DEPENDENCY_UNKNOWN', unknown.id);
    const added = this.added.get(queue) ?? 0;
    if (queue.queued + added >= (queue.definition.maxSize ?? Infinity)) {
      return refusal('TASKS_QUEUE_FULL', queue.name);
    }
    this.added.set(queue, added + 1);
    return undefined;
  }

  /** Whether adding it would make a job, rather than find or change one. */
  private isNew(queue: MemoryQueue, job: NewJob): boolean {
    const names = [`id ${addressOf(job)}`];
    if (job.idempotency !== undefined) {
      names.push(`idempotency ${addressOf({ queue: job.queue, id: job.idempotency.key })}`);
    }
    if (job.unique !== undefined) {
      names.push(`unique ${JSON.stringify([job.queue, job.name, job.unique.key])}`);
    }
    if (existingId(queue, job) !== undefined || isTaken(queue, job)) return false;
    if (names.some((name) => this.taken.has(name))) return false;
    for (const name of names) this.taken.add(name);
    return true;
  }

  private isKnown(ref: JobRef): boolean {
    if (this.addresses.has(addressOf(ref))) return true;
    return this.store.known(ref.queue, this.now)?.jobs.knows(ref.id, true) === true;
  }
}

function isTaken(queue: MemoryQueue, { name, unique }: NewJob): boolean {
  if (unique === undefined) return false;
  if (unique.mode === 'throttle') return queue.unique.windowOf(name, unique.key) !== undefined;
  const holder = queue.unique.holderOf(name, unique.key);
  return holder !== undefined && (unique.mode === 'keep-first' || holder.state !== RUNNING);
}

function addressOf({ queue, id }: JobRef): string {
  return JSON.stringify([queue, id]);
}
