import assert from 'node:assert/strict';
import { isFinished, JOB_STATES, type JobRecord } from '../../contract/index.js';

const DECIMAL = /^\d+$/;

/** What holds for every record that a backend gives out, whatever has happened to the job. */
export function checkRecord(record: JobRecord): void {
  const { state } = record;
  const job = `job ${record.id} (${state})`;
  assert.ok(JOB_STATES.includes(state), `${job}: not a state of the table`);
  assert.match(record.fence, DECIMAL, `${job}: its fence is a decimal string`);
  assert.ok(Number.isSafeInteger(record.attempt) && record.attempt >= 0, `${job}: attempt ${record.attempt}`);
  assert.ok(Number.isSafeInteger(record.stalls) && record.stalls >= 0, `${job}: stalls ${record.stalls}`);
  if (state !== 'pending') assert.equal(record.reason, undefined, `${job}: only pending jobs have a reason`);
  if (state === 'scheduled' || state === 'retrying') {
    assert.equal(typeof record.dueAt, 'number', `${job}: says when it is due`);
  }
  if (state === 'running') {
    assert.equal(typeof record.startedAt, 'number', `${job}: says when it was claimed`);
    assert.equal(typeof record.worker, 'string', `${job}: says by whom`);
    assert.ok(BigInt(record.fence) > 0n, `${job}: a claim raised its fence`);
  }
  if (state === 'cancelled') assert.equal(typeof record.cancelReason, 'string', `${job}: says why`);
  if (state === 'failed') assert.notEqual(record.error, undefined, `${job}: says what failed`);
  assert.equal(typeof record.finishedAt, isFinished(state) ? 'number' : 'undefined', `${job}: finishedAt`);
}
