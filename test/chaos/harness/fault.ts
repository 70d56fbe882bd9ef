import type { ChaosRun } from './chaos-run.js';

/** One thing that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Lets it happen, and mends what does not mend itself. @returns what proves that it has happened @throws when it has not */
  fire(run: ChaosRun): Promise<string>;
}

/** @throws unless it is so */
export function prove(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`The fault did not happen: ${what}.`);
}
