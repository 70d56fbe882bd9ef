import { randomUUID } from 'node:crypto';
import type {
  Clock,
  EnqueueVerdict,
  Ms,
  NewJob,
  OutboxEntry,
  OutboxRefusal,
  OutboxStore,
  QueueBackend,
} from '../contract/index.js';
import { BackendFaultError, BackendUnavailableError, isInstance, TasksClosedError } from '../errors/index.js';

/** How long nobody else relays for a backend: a process that dies is followed by another after it. */
export const RELAY_LEASE: Ms = 15_000;
/** Entries of one look. */
const AT_ONCE = 1_000;
/** How long a queue is left alone that takes nothing more. */
const FULL_PAUSE: Ms = 1_000;

export interface RelayParts {
  /** Of the backend that the jobs are for. */
  readonly backend: string;
  readonly target: Pick<QueueBackend, 'enqueue' | 'capabilities'>;
  readonly store: OutboxStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: { error(message: string): void };
}

/** What became of one step: how long until the next is due by itself. */
export type RelayStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'full'; readonly wait: Ms }
  | { readonly kind: 'other'; readonly wait: Ms };

/** Its part of a chunk: what is done with, and queues that took no more. */
interface Chunk {
  readonly relayed: string[];
  readonly refused: OutboxRefusal[];
}

/**
 * Moves jobs of an outbox to the broker that they are for, step by step: looks for what is committed, enqueues it, drops it.
 *
 * At least once: a process that dies between the last two has it enqueued again by the next, and the broker knows the ids. In the order of
 * the ids for each queue: one process relays at a time, and a queue that takes no more holds up its own jobs and no other queue's.
 */
export class OutboxRelay {
  relayed = 0;
  refused = 0;
  isLeader = false;
  private readonly id = randomUUID();
  /** Until when queues are left alone that were full. */
  private readonly full = new Map<string, number>();

  constructor(private readonly parts: RelayParts) {}

  /** @throws what the store or the broker throws when it is not there: nothing is lost, and the next step tries again */
  async step(): Promise<RelayStep> {
    const { backend, store, clock } = this.parts;
    const now = clock.now();
    for (const [queue, until] of this.full) if (until <= now) this.full.delete(queue);
    const without = [...this.full.keys()];
    const taken = await store.take({ backend, relay: this.id, lease: RELAY_LEASE, limit: AT_ONCE, without });
    this.isLeader = taken.held;
    if (!taken.held) return { kind: 'other', wait: taken.wait };
    await this.relay(taken.entries, now + RELAY_LEASE / 2);
    if (taken.entries.length > 0) return { kind: 'more' };
    return this.full.size > 0 ? { kind: 'full', wait: FULL_PAUSE } : { kind: 'idle' };
  }

  /** Lets another process relay at once. */
  async release(): Promise<void> {
    if (!this.isLeader) return;
    this.isLeader = false;
    await this.parts.store.release(this.parts.backend, this.id);
  }

  /** @param until When it has to ask again whether it still relays. */
  private async relay(entries: readonly OutboxEntry[], until: number): Promise<void> {
    const { target, store, clock } = this.parts;
    const size = target.capabilities.enqueueBatch;
    for (let from = 0; from < entries.length && clock.now() < until; from += size) {
      const open = entries
        .slice(from, from + size)
        .filter(({ job }) => job === undefined || !this.full.has(job.queue));
      const { relayed, refused } = await this.send(open);
      if (relayed.length + refused.length > 0) await store.settle(relayed, refused);
      this.relayed += relayed.length;
      this.refused += refused.length;
      for (const { id, reason } of refused) this.tell(id, reason);
    }
  }

  private async send(entries: readonly OutboxEntry[]): Promise<Chunk> {
    const chunk: Chunk = { relayed: [], refused: [] };
    const readable = entries.filter(({ id, job }) => {
      if (job === undefined) chunk.refused.push({ id, reason: 'it cannot be read' });
      return job !== undefined;
    });
    if (readable.length === 0) return chunk;
    try {
      const verdicts = await this.parts.target.enqueue(readable.map(asRepeat));
      readable.forEach((entry, place) => this.note(entry, verdicts[place], chunk));
    } catch (error) {
      if (isTrouble(error)) throw error;
      await this.sendEach(readable, error, chunk);
    }
    return chunk;
  }

  /** One of them is no job for this broker: it shall not hold up the others. */
  private async sendEach(entries: readonly OutboxEntry[], error: unknown, chunk: Chunk): Promise<void> {
    if (entries.length === 1) {
      const [{ id }] = entries as [OutboxEntry];
      chunk.refused.push({ id, reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    for (const entry of entries) {
      if (this.full.has((entry.job as NewJob).queue)) continue;
      const { relayed, refused } = await this.send([entry]);
      chunk.relayed.push(...relayed);
      chunk.refused.push(...refused);
    }
  }

  private note({ id, job }: OutboxEntry, verdict: EnqueueVerdict | undefined, chunk: Chunk): void {
    if (verdict?.status !== 'refused') {
      if (verdict !== undefined) chunk.relayed.push(id);
    } else if (verdict.code === 'TASKS_QUEUE_FULL') {
      this.full.set((job as NewJob).queue, this.parts.clock.now() + FULL_PAUSE);
    } else {
      const { code, detail } = verdict;
      chunk.refused.push({ id, reason: detail === undefined ? code : `${code}: ${detail}` });
    }
  }

  private tell(id: string, reason: string): void {
    const { backend, logger } = this.parts;
    logger.error(`Outbox: entry ${id} for backend "${backend}" was refused, and is kept: ${reason}`);
  }
}

/** The broker looks whether it has it; what it has waited here counts towards its delay. */
function asRepeat({ job, age }: OutboxEntry): NewJob {
  const { delay, ...rest } = job as NewJob;
  return { ...rest, repeat: true, delay: delay === undefined ? undefined : Math.max(0, delay - age) };
}

/** The broker is not there, or this process ends: that says nothing about the jobs. */
function isTrouble(error: unknown): boolean {
  return (
    isInstance(error, BackendUnavailableError) ||
    isInstance(error, BackendFaultError) ||
    isInstance(error, TasksClosedError)
  );
}
