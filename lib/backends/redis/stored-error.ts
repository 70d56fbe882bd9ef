import type { AttemptFailure, ErrorRecord, JobRecord } from '../../contract/index.js';
import { FAILURE_STACK_LENGTH } from '../../contract/index.js';
import { ERROR_CATALOGUE } from '../../errors/index.js';

export function packError(error: ErrorRecord): string {
  return JSON.stringify(error);
}

/** As the history of failures keeps it. */
export function packShortError(error: ErrorRecord): string {
  const { stack } = error;
  if (stack === undefined || stack.length <= FAILURE_STACK_LENGTH) return JSON.stringify(error);
  return JSON.stringify({ ...error, stack: stack.slice(0, FAILURE_STACK_LENGTH) });
}

/** An error as it is kept: JSON, or what a script notes of a job that stalled (`S`, stalls, moment) or lost its lease (`L`, moment). */
export function unpackError(packed: string, id: string): ErrorRecord {
  if (packed.startsWith('S')) {
    const [stalls = '', at] = packed.slice(1).split(',');
    const code = 'TASKS_STALLED';
    const message = `Job "${id}" lost its lease too often (${stalls} times).`;
    return { name: ERROR_CATALOGUE[code].name, message, code, at: Number(at) };
  }
  if (packed.startsWith('L')) {
    const code = 'TASKS_LEASE_LOST';
    return {
      name: ERROR_CATALOGUE[code].name,
      message: `Job "${id}" lost its lease.`,
      code,
      at: Number(packed.slice(1)),
    };
  }
  return JSON.parse(packed) as ErrorRecord;
}

/** How many failures a script keeps, each in a field of its own. */
const KEPT = 10;

/** The latest failed attempts, oldest first. */
export function unpackFailures(rare: ReadonlyMap<string, Buffer>, id: string): JobRecord['failures'] {
  const count = Number(rare.get('failures')?.toString() ?? 0);
  if (count === 0) return undefined;
  const failures: AttemptFailure[] = [];
  for (let n = Math.max(1, count - KEPT + 1); n <= count; n++) {
    const packed = rare.get(`failure${n % KEPT}`);
    if (packed !== undefined) failures.push(unpackFailure(packed, id));
  }
  return failures;
}

/** Attempt, moment and length of the error, each with a comma behind it, then the error and the worker. */
function unpackFailure(packed: Buffer, id: string): AttemptFailure {
  const [, attempt = '', at = '', length = ''] =
    /^(\d+),(\d+),(\d+),/.exec(packed.toString('latin1', 0, 60)) ?? [];
  const from = attempt.length + at.length + length.length + 3;
  const error = packed.toString('utf8', from, from + Number(length));
  const worker = packed.toString('utf8', from + Number(length));
  return { attempt: Number(attempt), at: Number(at), worker, error: unpackError(error, id) };
}
