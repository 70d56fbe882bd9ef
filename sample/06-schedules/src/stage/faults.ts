/** A job that the schedule has enqueued. */
export interface Enqueued {
  readonly slot: number;
  readonly lateness: number;
}

const SECOND = 1_000;

/** What differs from one job for each second, from the first to the last. */
export function faultsOf(jobs: readonly Enqueued[], least: number): string[] {
  const counts = new Map<number, number>();
  for (const { slot } of jobs) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  const slots = [...counts.keys()].toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [slots[0], slots.at(-1)];
  const shown = (slot: number): string => new Date(slot).toISOString();
  const faults: string[] = [];
  for (let slot = first; slot <= last; slot += SECOND) {
    const count = counts.get(slot) ?? 0;
    if (count !== 1) faults.push(`${shown(slot)} has ${count} jobs`);
  }
  for (const slot of slots) if (slot % SECOND !== 0) faults.push(`${shown(slot)} is no slot`);
  if (slots.length < least) faults.push(`there are ${slots.length} slots, expected at least ${least}`);
  return faults;
}
