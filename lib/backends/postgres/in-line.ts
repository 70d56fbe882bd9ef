import { type ClaimRow, USUAL } from './claimed-job.js';

/** Claimed jobs as they stood in line, queue by queue as these were asked for: the database hands them out as they lie on its pages. */
export function inLine(rows: readonly ClaimRow[]): readonly ClaimRow[] {
  const turns = new Map<number, number>();
  const turnOf = (queue: number): number => {
    if (!turns.has(queue)) turns.set(queue, turns.size);
    return turns.get(queue) as number;
  };
  const placed = rows.map((row) => ({
    row,
    turn: turnOf(row.queue_id ?? 0),
    priority: row.priority ?? USUAL.priority,
    place: Number(row.place),
  }));
  const order = (a: Placed, b: Placed): number =>
    a.turn - b.turn || b.priority - a.priority || a.place - b.place;
  // They lie on the pages as they were written, so as a rule that is their order already.
  const isInLine = placed.every((one, n) => n === 0 || order(placed[n - 1] as Placed, one) <= 0);
  return isInLine ? rows : placed.toSorted(order).map(({ row }) => row);
}

interface Placed {
  readonly row: ClaimRow;
  readonly turn: number;
  readonly priority: number;
  readonly place: number;
}
