import type { Ms } from '../../contract/index.js';
import type { DatabaseSession } from './database.js';
import type { RepeatedStep } from './repeated-step.js';
import type { SqlStatement } from './sql-statement.js';

/** How often queues are looked at on which this process has settled: so many seconds of jobs may be kept beyond their bounds. */
const PAUSE: Ms = 1_000;
/** Jobs that one statement drops: short, so that nobody waits for it. */
const BATCH = 1_000;

/** Drops finished jobs that are over the bounds of their queue, in small batches beside the calls. */
export class Trimmer {
  /** As the database calls them. */
  private readonly queues = new Set<number>();
  private repeated: RepeatedStep | undefined;

  constructor(
    private readonly session: DatabaseSession,
    private readonly statement: SqlStatement,
  ) {}

  /** Jobs of the queue have finished. */
  settledOn(queue: number): void {
    this.queues.add(queue);
    this.repeated ??= this.session.repeat(PAUSE, () => this.trim());
  }

  /** A batch of each queue in turn, until none has more: it ends with its session. With a pause after 50 of them it fell behind from 36,000 jobs a second on. */
  private async trim(): Promise<void> {
    let queues = [...this.queues];
    this.queues.clear();
    while (queues.length > 0) {
      const left: number[] = [];
      for (const queue of queues) {
        const [row] = await this.session.query<{ has_more: boolean }>(this.statement, [queue, BATCH]);
        if (row?.has_more === true) left.push(queue);
      }
      queues = left;
    }
  }
}
