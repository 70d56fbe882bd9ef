import { type ErrorRecord, FAILURE_STACK_LENGTH } from '../contract/index.js';
import { ERROR_CATALOGUE } from '../errors/index.js';

export function packError(error: ErrorRecord): string {
  return JSON.stringify(error);
}

/** As the history of failures keeps it. */
export function packShortError(error: ErrorRecord): string {
  const { stack } = error;
  if (stack === undefined || stack.length <= FAILURE_STACK_LENGTH) return JSON.stringify(error);
  return JSON.stringify({ ...error, stack: stack.slice(0, FAILURE_STACK_LENGTH) });
}

/** An error as it is kept: JSON, or what the store notes by itself of a job that stalled (`S`, stalls, moment) or lost its lease (`L`, moment). */
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
