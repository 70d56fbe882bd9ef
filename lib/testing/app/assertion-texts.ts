import { inspect } from 'node:util';
import type { EnqueuedJob } from './enqueued-job.js';

/** Jobs that a message lists; the rest are counted. */
const SHOWN = 20;
/** Characters of a payload. */
const LONGEST = 200;

export function nothingFound(
  name: string | undefined,
  payload: unknown,
  jobs: readonly EnqueuedJob[],
): string {
  const which =
    payload === undefined
      ? ''
      : typeof payload === 'function'
        ? ' with such a payload'
        : ` with the payload ${text(payload)}`;
  const others = jobs.length === 0 ? 'Nothing was.' : `Enqueued were:\n${list(jobs)}`;
  return `No job of task ${String(name)}${which} was enqueued. ${others}`;
}

export const somethingFound = (jobs: readonly EnqueuedJob[]): string =>
  `${jobs.length === 1 ? 'A job was' : `${jobs.length} jobs were`} enqueued:\n${list(jobs)}`;

function list(jobs: readonly EnqueuedJob[]): string {
  const lines = jobs
    .slice(0, SHOWN)
    .map(({ name, queue, payload }) => `  ${name} ${text(payload)} on ${queue}`);
  return jobs.length > SHOWN ? [...lines, `  and ${jobs.length - SHOWN} more`].join('\n') : lines.join('\n');
}

/** What JSON cannot write may be wanted, if only by mistake. */
function toText(payload: unknown): string {
  try {
    return JSON.stringify(payload) ?? 'without payload';
  } catch {
    return inspect(payload, { breakLength: Number.POSITIVE_INFINITY });
  }
}

function text(payload: unknown): string {
  const json = toText(payload);
  return json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json;
}
