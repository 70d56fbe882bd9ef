import type { AttemptFailure, JobRecord } from '../../contract/index.js';
import { unpackError } from '../stored-error.js';

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
