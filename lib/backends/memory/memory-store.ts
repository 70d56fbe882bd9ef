import type { JobRef, QueueDefinition } from '../../contract/index.js';
import { EndedJobs } from './ended-jobs.js';
import type { JobEntry } from './job-entry.js';
import { type MemoryLimits, MemoryQueue } from './memory-queue.js';
import { doOverdue } from './overdue.js';

/** All queues of a backend. */
export class MemoryStore {
  readonly ended = new EndedJobs();
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly stirred: MemoryQueue[] = [];
  private readonly onStir = (queue: MemoryQueue) => void this.stirred.push(queue);

  /** @param epoch What the moments of all calls are counted from. */
  constructor(
    private readonly limits: MemoryLimits,
    private readonly epoch: number,
  ) {}

  define(definition: QueueDefinition, now: number): void {
    const known = this.queues.get(definition.name);
    if (known === undefined) this.add(definition, now);
    else known.define(definition, now);
  }

  /** The queue of that name, made when it is first named. */
  queue(name: string, now: number): MemoryQueue {
    return this.queues.get(name) ?? this.add({ name }, now);
  }

  /** The same with everything done that is overdue on it. */
  current(name: string, now: number): MemoryQueue {
    const queue = this.queue(name, now);
    if (queue.quietUntil <= now) doOverdue(queue, now);
    return queue;
  }

  /** The queue if it was ever named: a read must not leave a trace. */
  known(name: string, now: number): MemoryQueue | undefined {
    return this.queues.has(name) ? this.current(name, now) : undefined;
  }

  job(ref: JobRef): JobEntry | undefined {
    return this.queues.get(ref.queue)?.jobs.get(ref.id);
  }

  all(): IterableIterator<MemoryQueue> {
    return this.queues.values();
  }

  /** Ends a call: tells those who wait for work what the call has stirred. */
  settleDown(): void {
    for (let queue = this.stirred.pop(); queue !== undefined; queue = this.stirred.pop()) {
      queue.isStirred = false;
      queue.wakeUps.announce();
    }
  }

  private add(definition: QueueDefinition, now: number): MemoryQueue {
    const queue = new MemoryQueue(definition, this.limits, this.ended, now, this.onStir, this.epoch);
    this.queues.set(definition.name, queue);
    return queue;
  }
}
