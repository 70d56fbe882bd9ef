import type { QueueRow } from './queue-rows.js';
import type { Column } from './output/table.js';

/** A queue at a glance, and what has become of its length since the look before. */
export interface QueueTrend extends QueueRow {
  /** Jobs that wait, more or fewer than a look ago; null at the first. */
  readonly waitingChange: number | null;
}

/** Remembers the look before. */
export class Trends {
  private readonly before = new Map<string, number>();

  note(rows: readonly QueueRow[]): QueueTrend[] {
    return rows.map((row) => {
      const { pending, scheduled, waiting, retrying } = row.counts;
      const now = pending + scheduled + waiting + retrying;
      const was = this.before.get(row.queue);
      this.before.set(row.queue, now);
      return { ...row, waitingChange: was === undefined ? null : now - was };
    });
  }
}

export const TREND_COLUMN: Column<QueueTrend> = {
  title: 'CHANGE',
  value: ({ waitingChange }) =>
    waitingChange === null ? '' : waitingChange > 0 ? `+${waitingChange}` : waitingChange,
  align: 'right',
  yields: 2,
};
