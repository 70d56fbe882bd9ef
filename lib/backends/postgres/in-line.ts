import type { ClaimRow } from './claimed-job.js';

/** Claimed jobs as they stood in line, queue by queue as these were asked for: the database hands them out as they lie on its pages. */
export function inLine(rows: readonly ClaimRow[]): readonly ClaimRow[] {
  const turns = new Map<number, number>();
  for (const { queue_id: queue } of rows) if (!turns.has(queue)) turns.set(queue, turns.size);
  const turnOf = ({ queue_id: queue }: ClaimRow): number => turns.get(queue) ?? 0;
  return rows.toSorted(
    (a, b) => turnOf(a) - turnOf(b) || b.priority - a.priority || Number(a.place) - Number(b.place),
  );
}
