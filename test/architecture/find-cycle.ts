/** The first cycle that a walk in depth meets, as the way round it; empty when there is none. */
export function findCycle(starts: readonly string[], next: (node: string) => readonly string[]): string[] {
  const done = new Set<string>();
  const trail: string[] = [];

  const walk = (node: string): string[] => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return [];
    trail.push(node);
    const cycle = firstCycle(next(node));
    trail.pop();
    done.add(node);
    return cycle;
  };

  const firstCycle = (nodes: readonly string[]): string[] => {
    for (const node of nodes) {
      const cycle = walk(node);
      if (cycle.length > 0) return cycle;
    }
    return [];
  };

  return firstCycle(starts);
}
