import type { JobRecord } from '../contract/index.js';

/** What dead letters have in common. */
export interface DeadLetterStats {
  readonly total: number;
  readonly byTask: Readonly<Record<string, number>>;
  /** By the name of the error. */
  readonly byError: Readonly<Record<string, number>>;
  readonly byQueue: Readonly<Record<string, number>>;
  /** When the first and the last of them failed. */
  readonly oldest: Date | undefined;
  readonly newest: Date | undefined;
}

export async function countDeadLetters(
  pages: AsyncIterable<readonly [string, readonly JobRecord[]]>,
): Promise<DeadLetterStats> {
  const [byTask, byError, byQueue] = [new Tally(), new Tally(), new Tally()];
  let oldest = Infinity;
  let newest = -Infinity;
  for await (const [queue, records] of pages) {
    for (const { name, error, finishedAt = 0 } of records) {
      byTask.add(name);
      byError.add(error?.name ?? 'Error');
      byQueue.add(queue);
      oldest = Math.min(oldest, finishedAt);
      newest = Math.max(newest, finishedAt);
    }
  }
  return {
    total: byQueue.total,
    byTask: byTask.toRecord(),
    byError: byError.toRecord(),
    byQueue: byQueue.toRecord(),
    oldest: Number.isFinite(oldest) ? new Date(oldest) : undefined,
    newest: Number.isFinite(newest) ? new Date(newest) : undefined,
  };
}

/** Counts by name. A Map inside: the name of an error is whatever was thrown, `__proto__` included. */
class Tally {
  total = 0;
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.total += 1;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }
}
