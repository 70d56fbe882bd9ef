import type { JobRef, NewJob } from '../../../contract/index.js';

/**
 * Parts a batch so that each part is known to be in, or refused, before what depends on it is sent: a parent on another queue, or one that has to be
 * registered with parents of its own first. Within a queue one call has parents before children.
 *
 * @param places Of the jobs, parents before their children.
 */
export function wavesOf(jobs: readonly NewJob[], places: readonly number[]): number[][] {
  const waveOf = new Map<string, number>();
  const unsettled = new Set<string>();
  const waves: number[][] = [];
  for (const place of places) {
    const job = jobs[place] as NewJob;
    let wave = 0;
    for (const parent of job.dependsOn?.jobs ?? []) {
      const address = addressOf(parent);
      const before = waveOf.get(address);
      if (before === undefined) continue;
      const isSettled = parent.queue === job.queue && !unsettled.has(address);
      wave = Math.max(wave, isSettled ? before : before + 1);
    }
    const own = addressOf(job);
    if (!waveOf.has(own)) waveOf.set(own, wave);
    if (dependsElsewhere(job)) unsettled.add(own);
    (waves[wave] ??= []).push(place);
  }
  return waves;
}

export function dependsElsewhere({ queue, dependsOn }: NewJob): boolean {
  return dependsOn?.jobs.some((parent) => parent.queue !== queue) === true;
}

function addressOf({ queue, id }: JobRef): string {
  return JSON.stringify([queue, id]);
}
