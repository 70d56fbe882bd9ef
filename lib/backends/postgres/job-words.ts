import type { Ms, NewJob } from '../../contract/index.js';

const DEFAULT_MAX_STALLED = 3;
/** A number of runs that nobody reaches: kept as no bound. */
const UNBOUNDED = 2_147_483_647;
/** Places in the line that a job of weight 1 takes, as the functions have it. */
const SHARE = 64;
/** Node dates moments up to here; a later one is never reached either. */
export const LATEST: Ms = 8_640_000_000_000_000;

/** Whether a job has nothing but what every job has and perhaps a delay, and is taken as new. */
export function isPlain(job: NewJob): boolean {
  return (
    job.repeat !== true &&
    job.key === undefined &&
    job.idempotency === undefined &&
    job.unique === undefined &&
    job.dependsOn === undefined &&
    job.external !== true
  );
}

/** A bound on runs as a column has it; nothing: there is none. */
export function toBound(bound: number): number | null {
  return bound >= UNBOUNDED ? null : Math.trunc(bound);
}

export function fromBound(bound: number | null): number {
  return bound ?? Infinity;
}

export function maxStalledOf({ maxStalled = DEFAULT_MAX_STALLED }: NewJob): number | null {
  return toBound(maxStalled);
}

/** Headers as they are kept: pairs, so that one may have any name. */
export function toHeaders(headers: NewJob['headers']): string | null {
  return headers === undefined ? null : JSON.stringify(Object.entries(headers));
}

export function fromHeaders(kept: string | null | undefined): Readonly<Record<string, string>> | undefined {
  if (kept === null || kept === undefined) return undefined;
  return Object.fromEntries(JSON.parse(kept) as [string, string][]);
}

/** How far a job moves its key on in the line. */
export function shareOf({ key, weight }: NewJob): number | undefined {
  return key === undefined || weight === undefined ? undefined : Math.max(1, Math.round(SHARE / weight));
}
