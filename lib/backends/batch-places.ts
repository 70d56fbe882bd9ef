import type { EnqueueVerdict, NewJob } from '../contract/index.js';

/** Where in a list the items of each queue stand. */
export function placesByQueue(
  items: readonly { readonly queue: string }[],
): ReadonlyMap<string, readonly number[]> {
  const byName = new Map<string, number[]>();
  items.forEach(({ queue }, place) => {
    const places = byName.get(queue);
    if (places === undefined) byName.set(queue, [place]);
    else places.push(place);
  });
  return byName;
}

/** The jobs that stand there, in that order. */
export function jobsAt(jobs: readonly NewJob[], places: readonly number[]): NewJob[] {
  return places.map((place) => jobs[place] as NewJob);
}

/** Puts the verdicts of some jobs of a batch where those stand. */
export function putVerdicts(
  sheet: EnqueueVerdict[],
  places: readonly number[],
  verdicts: readonly EnqueueVerdict[],
): void {
  places.forEach((place, n) => (sheet[place] = verdicts[n] as EnqueueVerdict));
}
