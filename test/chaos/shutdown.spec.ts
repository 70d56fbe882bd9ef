import { describe, expect, it } from 'vitest';
import { stopWorker } from './faults/stop-worker.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

const TIMES = process.env['TASKS_TEST_LONG'] === '1' ? 200 : 8;

describe.each([redisKind])('on $name, workers that are asked to end', (kind) => {
  it(
    `finish or give back what they have in hand: SIGTERM at any moment, ${TIMES} times`,
    async () => {
      const options = { kind, mix: { slow: 10 }, worker: { lease: 20_000 } };
      const stops = Array.from({ length: TIMES }, () => stopWorker);
      const { report } = await expectNothingLost(options, stops);
      // No job waits for a lease to end, and none uses up an attempt.
      expect({ stalled: report.stalled, doubled: report.doubled }).toEqual({ stalled: 0, doubled: 0 });
    },
    RUN_BOUND_MS + TIMES * 20_000,
  );
});
