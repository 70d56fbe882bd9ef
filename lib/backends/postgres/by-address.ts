import type { CancelVerdict, JobRecord, JobRef, Ms, Payload, RetryVerdict } from '../../contract/index.js';
import { jobRecord, type RecordRow } from './job-records.js';
import { toText } from './job-text.js';
import type { QueueParts } from './queue-parts.js';
import type { SqlStatement } from './sql-statement.js';
import type { SqlValues } from './sql-driver.js';
import { toStoredJson } from './stored-payload.js';

const CANCELS: Readonly<Record<string, CancelVerdict>> = {
  x: 'cancelled',
  r: 'requested',
  f: 'finished',
  u: 'unknown',
};
const RETRIES: Readonly<Record<string, RetryVerdict>> = { r: 'retried', n: 'not-dead', u: 'unknown' };

/** Runs a statement whose first parameters are queues and ids of jobs. */
function ask<R>(
  { calls, names }: QueueParts,
  statement: SqlStatement,
  jobs: readonly JobRef[],
  more: SqlValues = [],
): Promise<R[]> {
  const queues = jobs.map(({ queue }) => queue);
  const ids = jobs.map(({ id }) => toText(id));
  return calls.rows<R>(statement, queues, [queues.map((queue) => names.inStore(queue)), ids, ...more]);
}

export async function getJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
): Promise<(JobRecord | undefined)[]> {
  if (jobs.length === 0) return [];
  const rows = await ask<RecordRow>(parts, parts.statements.get, jobs);
  const records = rows.map((row) => jobRecord(row, parts.names));
  const found = new Map(records.map((record) => [addressOf(record), record]));
  return jobs.map((job) => found.get(addressOf(job)));
}

export async function cancelJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
  reason: string,
): Promise<CancelVerdict[]> {
  if (jobs.length === 0) return [];
  const [row] = await ask<{ letters: string }>(parts, parts.statements.cancel, jobs, [toText(reason)]);
  return (row?.letters ?? '').split('').map((letter) => CANCELS[letter] as CancelVerdict);
}

/** @returns how many were there and are gone now */
export async function removeJobs(parts: QueueParts, jobs: readonly JobRef[]): Promise<number> {
  if (jobs.length === 0) return 0;
  const [row] = await ask<{ count: number }>(parts, parts.statements.remove, jobs);
  return row?.count ?? 0;
}

export async function retryDeadJobs(
  parts: QueueParts,
  jobs: readonly JobRef[],
  { payload, delay = 0 }: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined },
): Promise<RetryVerdict[]> {
  if (jobs.length === 0) return [];
  const { text = null, raw = null } = toStoredJson(payload);
  const more = [delay, payload !== undefined, text, raw];
  const [row] = await ask<{ letters: string }>(parts, parts.statements.retryDead, jobs, more);
  return (row?.letters ?? '').split('').map((letter) => RETRIES[letter] as RetryVerdict);
}

/** An id may hold any character that separates; JSON keeps the two apart. */
function addressOf({ queue, id }: JobRef): string {
  return JSON.stringify([queue, id]);
}
