import { InvalidBackendError } from '../errors/index.js';

interface Entry {
  readonly name: string;
  readonly primary: boolean;
  /** Name of the backend that keeps the records and the state of this one. */
  readonly state?: string | undefined;
}

/** What `state` calls the primary backend, unless an entry has that name. */
const PRIMARY = 'primary';

/**
 * Which backend keeps the state of another.
 * @throws InvalidBackendError when there is none of that name
 */
export function keeperOf<E extends Entry>(entry: E, all: readonly E[]): E | undefined {
  const { name, state } = entry;
  if (state === undefined) return undefined;
  const keeper =
    all.find((other) => other.name === state) ??
    (state === PRIMARY ? (all.find((other) => other.primary) ?? all[0]) : undefined);
  if (keeper !== undefined) return keeper;
  const known = all.map((other) => other.name).join(', ');
  throw new InvalidBackendError(
    `Backend ${JSON.stringify(name)} keeps its state in ${JSON.stringify(state)}, which is not there. Known: ${known}.`,
  );
}

/**
 * Backends in the order in which they are made and opened: those of one step at once, each after the one that keeps its state.
 * @throws InvalidBackendError for a name that is not there, and when backends keep each other's state
 */
export function openingSteps<E extends Entry>(entries: readonly E[]): E[][] {
  const steps: E[][] = [];
  const placed = new Set<E>();
  while (placed.size < entries.length) {
    const step = entries.filter((entry) => {
      const keeper = keeperOf(entry, entries);
      return !placed.has(entry) && (keeper === undefined || placed.has(keeper));
    });
    if (step.length === 0) throw circular(entries.filter((entry) => !placed.has(entry)));
    for (const entry of step) placed.add(entry);
    steps.push(step);
  }
  return steps;
}

function circular(entries: readonly Entry[]): InvalidBackendError {
  const names = entries.map(({ name }) => JSON.stringify(name)).join(', ');
  return new InvalidBackendError(
    `The \`state\` of ${names} leads in a circle: it has to end at a backend that keeps its own.`,
  );
}
