import type { JobRef, NewJob } from '../contract/index.js';

/** In which order the jobs of a batch are added, and which of them cannot be. */
export interface BatchOrder {
  /** Places in the batch: its own order, but a job comes right after the last of those that it depends on. */
  readonly places: readonly number[];
  /** Places of jobs that depend on each other in a circle. */
  readonly circular: ReadonlySet<number>;
}

/** Kahn's algorithm over the dependencies within the batch. */
export function orderBatch(jobs: readonly NewJob[]): BatchOrder {
  const graph = new BatchGraph(jobs);
  const free = jobs.flatMap((_, place) => (graph.isFree(place) ? graph.release(place) : []));
  const stuck = graph.stuck();
  return { places: [...free, ...stuck], circular: graph.circles(stuck) };
}

class BatchGraph {
  /** What each job waits for within the batch. */
  private readonly parents: Set<number>[];
  private readonly children = new Map<number, number[]>();
  private readonly done = new Set<number>();

  constructor(jobs: readonly NewJob[]) {
    const placeOf = new Map<string, number>();
    jobs.forEach((job, place) => {
      const address = addressOf(job);
      if (!placeOf.has(address)) placeOf.set(address, place);
    });
    this.parents = jobs.map((job, place) => {
      const inBatch = new Set<number>();
      for (const ref of job.dependsOn?.jobs ?? []) {
        const parent = placeOf.get(addressOf(ref));
        if (parent === undefined) continue;
        inBatch.add(parent);
        const siblings = this.children.get(parent);
        if (siblings === undefined) this.children.set(parent, [place]);
        else siblings.push(place);
      }
      return inBatch;
    });
  }

  isFree(place: number): boolean {
    return !this.done.has(place) && this.parentsOf(place).size === 0;
  }

  /** Takes a free job off, and in turn those before it that only waited for it. @returns all of them. */
  release(place: number): number[] {
    const released = [place];
    for (const parent of released) {
      this.done.add(parent);
      for (const child of this.children.get(parent) ?? []) {
        const waitsFor = this.parentsOf(child);
        if (waitsFor.delete(parent) && waitsFor.size === 0 && child < place) released.push(child);
      }
    }
    return released;
  }

  stuck(): number[] {
    return [...this.parents.keys()].filter((place) => !this.done.has(place));
  }

  /** What is stuck in a circle, without what only hangs off one: jobs without a stuck child are taken off in turn. */
  circles(stuck: readonly number[]): Set<number> {
    const circular = new Set(stuck);
    const hasStuckChild = (place: number) =>
      (this.children.get(place) ?? []).some((child) => circular.has(child));
    for (let before = -1; before !== circular.size;) {
      before = circular.size;
      for (const place of circular) if (!hasStuckChild(place)) circular.delete(place);
    }
    return circular;
  }

  private parentsOf(place: number): Set<number> {
    return this.parents[place] as Set<number>;
  }
}

/** An id may hold any character that separates; JSON keeps the two apart. */
function addressOf({ queue, id }: JobRef): string {
  return JSON.stringify([queue, id]);
}
