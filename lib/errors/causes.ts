/** Causes of a cause that are told: what is wrong is seldom deeper. */
const MOST = 5;

/**
 * What brought an error about, the nearest first: its `cause`, that one's, and what an `AggregateError` gathers. A circle of causes ends where it
 * began. What cannot be read is left out.
 */
export function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const seen = new Set<unknown>([error]);
  const add = (cause: unknown): void => {
    if (cause === undefined || cause === null || seen.has(cause) || found.length >= MOST) return;
    seen.add(cause);
    found.push(cause);
    for (const next of directCauses(cause)) add(next);
  };
  for (const cause of directCauses(error)) add(cause);
  return found;
}

function directCauses(error: unknown): readonly unknown[] {
  try {
    if (!(error instanceof Error)) return [];
    const gathered: unknown = error instanceof AggregateError ? error.errors : [];
    return [error.cause, ...(Array.isArray(gathered) ? (gathered as unknown[]) : [])];
  } catch {
    return [];
  }
}

/** Where an error was made, as it says itself; of what is no error, only what it is: an object could be anything, a request with its headers as well. */
export function ownStack(error: unknown): string {
  try {
    if (error instanceof Error) return String(error.stack ?? error);
    return typeof error === 'string' ? error : `a value of the kind ${typeof error}`;
  } catch {
    return 'something that cannot be read';
  }
}
