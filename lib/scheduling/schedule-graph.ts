import { ScheduleCycleError } from '../errors/index.js';

/**
 * Which schedules wait for which, by name. A name that nobody has is waited for by nobody.
 * @throws ScheduleCycleError naming the circle
 */
export function assertAcyclic(parents: ReadonlyMap<string, readonly string[]>): void {
  const clear = new Set<string>();
  for (const start of parents.keys()) walk(start, parents, clear, []);
}

function walk(
  name: string,
  parents: ReadonlyMap<string, readonly string[]>,
  clear: Set<string>,
  path: readonly string[],
): void {
  const place = path.indexOf(name);
  if (place >= 0) throw new ScheduleCycleError([...path.slice(place), name]);
  if (clear.has(name)) return;
  for (const parent of parents.get(name) ?? []) walk(parent, parents, clear, [...path, name]);
  clear.add(name);
}

/** Schedules that fire at one moment, so that those that others wait for come before them. Cycles are refused elsewhere. */
export function inLevels<T extends { readonly name: string; readonly dependsOn: readonly string[] }>(
  entries: readonly T[],
): T[][] {
  if (entries.every(({ dependsOn }) => dependsOn.length === 0)) return [[...entries]];
  const levels: T[][] = [];
  let rest = entries;
  while (rest.length > 0) {
    const names = new Set(rest.map(({ name }) => name));
    const ready = rest.filter(({ dependsOn }) => !dependsOn.some((parent) => names.has(parent)));
    const level = ready.length > 0 ? ready : rest;
    levels.push([...level]);
    rest = rest.filter((entry) => !level.includes(entry));
  }
  return levels;
}
