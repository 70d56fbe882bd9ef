/**
 * Finds a circle among jobs that are enqueued together.
 *
 * @param parents What each job depends on, by its id; ids that are not in it are jobs from before, and part of no circle.
 * @returns the ids around the circle, the first one again at the end
 */
export function findCycle(parents: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of parents.keys()) {
    const cycle = walk(start, parents, done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Depth first, by hand: a chain of a hundred thousand jobs would exhaust the stack. */
function walk(
  start: string,
  parents: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): string[] | undefined {
  const path: { readonly id: string; next: number }[] = [];
  const onPath = new Set<string>();
  const enter = (id: string): void => {
    path.push({ id, next: 0 });
    onPath.add(id);
  };
  if (!done.has(start)) enter(start);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const parent = parents.get(step.id)?.[step.next];
    step.next += 1;
    if (parent === undefined) {
      path.pop();
      onPath.delete(step.id);
      done.add(step.id);
    } else if (onPath.has(parent)) {
      const ids = path.map(({ id }) => id);
      return [...ids.slice(ids.indexOf(parent)), parent];
    } else if (parents.has(parent) && !done.has(parent)) {
      enter(parent);
    }
  }
  return undefined;
}
