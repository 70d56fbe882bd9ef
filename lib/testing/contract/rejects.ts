import assert from 'node:assert/strict';
import type { EnqueueVerdict, ErrorCode } from '../../contract/index.js';

/** The call rejects with an error of this code. */
export async function rejectsWith(code: ErrorCode, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(
    async () => call(),
    (error: unknown) => {
      const { code: given } = error as { code?: unknown };
      assert.equal(given, code, `expected ${code}, got ${String(given)}: ${String(error)}`);
      return true;
    },
  );
}

/** The verdict is a refusal with this code. */
export function isRefused(verdict: EnqueueVerdict | undefined, code: ErrorCode): void {
  assert.ok(verdict, 'there is a verdict');
  assert.equal(verdict.status, 'refused', `the job was ${verdict.status}, not refused with ${code}`);
  assert.equal((verdict as { code: ErrorCode }).code, code);
}

/** The verdict found this job instead of making one. */
export function isExisting(verdict: EnqueueVerdict | undefined, id: string): void {
  assert.deepEqual(verdict, { status: 'existing', id });
}

/** The verdict changed this job, which waits, instead of making one. */
export function isReplaced(verdict: EnqueueVerdict | undefined, id: string): void {
  assert.deepEqual(verdict, { status: 'replaced', id });
}

/**
 * The call is refused with `TASKS_UNSUPPORTED`: it rejects with that code, or it is an enqueue whose first verdict says
 * so.
 */
export async function isUnsupported(call: () => Promise<unknown>): Promise<void> {
  await rejectsWith('TASKS_UNSUPPORTED', async () => {
    const answer = await call();
    const [verdict] = Array.isArray(answer) ? (answer as EnqueueVerdict[]) : [];
    if (verdict?.status === 'refused') throw Object.assign(new Error('refused'), { code: verdict.code });
  });
}
