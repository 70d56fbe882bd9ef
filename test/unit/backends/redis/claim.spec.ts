import { describe, expect, it } from 'vitest';
import { claimTogether } from '../../../../lib/backends/redis/claim.js';
import type { ClaimedJobs } from '../../../../lib/backends/redis/claimed-job.js';
import { QueueKeys } from '../../../../lib/backends/redis/queue-keys.js';
import type { QueueParts } from '../../../../lib/backends/redis/queue-parts.js';
import { RedisReceipt } from '../../../../lib/backends/redis/redis-receipt.js';
import type { Receipt } from '../../../../lib/contract/index.js';

/** Whether a claim that settles so many says that it is long. */
async function isLong(settled: number): Promise<unknown> {
  const told: unknown[] = [];
  const run = (...args: unknown[]) => {
    told.push(args[3]);
    return Promise.resolve([[Buffer.from('a'.repeat(settled))], Buffer.of(), [], [], [], []]);
  };
  const parts = { caller: { run }, keys: new QueueKeys('p'), scripts: {} } as unknown as QueueParts;
  const settle = Array.from({ length: settled }, (_, n) => ({
    receipt: new RedisReceipt('mail', `id ${n}`, 'token') as unknown as Receipt,
    outcome: { kind: 'completed' as const },
  }));
  const request = { worker: 'worker', lease: 1_000, take: [], settle };
  const { verdicts } = await claimTogether(parts, {} as ClaimedJobs, request);
  expect(verdicts).toHaveLength(settled);
  return told[0];
}

describe('a claim on redis', () => {
  it('is written at once when it settles many, so that the server works while the next call is made ready', async () => {
    expect([await isLong(63), await isLong(64)]).toEqual([false, true]);
  });
});
