import type { Ms } from '../../contract/index.js';
import { placesByQueue } from '../batch-places.js';

/**
 * Makes one call of a script for all items, or on a cluster one for each queue, whose keys are in one slot: all of them at once.
 * @param call Gives a result for each of its items.
 * @returns the results in the order of the items
 */
export async function byQueue<T extends { readonly queue: string }, R>(
  isCluster: boolean,
  items: readonly T[],
  call: (items: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  if (items.length === 0) return [];
  if (!isCluster) return [...(await call(items))];
  const results: R[] = [];
  const groups = [...placesByQueue(items).values()];
  const answers = await allSettled(groups.map((places) => call(places.map((place) => items[place] as T))));
  groups.forEach((places, group) => {
    places.forEach((place, n) => (results[place] = answers[group]?.[n] as R));
  });
  return results;
}

/** All calls are over before the first failure is told, so that nobody repeats what is still under way. */
export async function allSettled<R>(calls: readonly Promise<R>[]): Promise<R[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** The earliest of several answers to when to come back. */
export function earliest(moments: readonly (Ms | undefined)[]): Ms | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
