/** One thing that a manager keeps hold of. */
export interface TrackedWork {
  readonly name: string;
  readonly controller: AbortController;
  readonly promise: Promise<unknown>;
}

/** Each name once, in order, with its number where there are several. */
export function namesOf(works: Iterable<TrackedWork>): string[] {
  const counts = new Map<string, number>();
  for (const { name } of works) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`));
}
