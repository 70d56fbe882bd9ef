import type { ChaosRun } from './chaos-run.js';

/** One thing that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Why it cannot happen, by kind of broker; kinds that are not named have it. What is absent is said, never left out in silence. */
  readonly absent?: Readonly<Record<string, string>> | undefined;
  /** Lets it happen, and mends what does not mend itself. @returns what proves that it has happened @throws when it has not */
  fire(run: ChaosRun): Promise<string>;
}

/** @throws unless it is so */
export function prove(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`The fault did not happen: ${what}.`);
}

/** Those that can happen on a kind of broker, and a line for each of the others. */
export function faultsOn(
  kind: string,
  faults: readonly Fault[],
): { readonly there: readonly Fault[]; readonly absent: readonly string[] } {
  const there = faults.filter(({ absent }) => absent?.[kind] === undefined);
  const absent = faults.flatMap((fault) => {
    const reason = fault.absent?.[kind];
    return reason === undefined ? [] : [`${fault.name}: not on ${kind}, ${reason}`];
  });
  return { there, absent };
}
