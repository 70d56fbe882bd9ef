import { describe, expect } from 'vitest';
import { stopWorker } from './faults/stop-worker.js';
import { redisKind } from './harness/redis-broker.js';
import { testChaos } from './harness/test-chaos.js';

const TIMES = process.env['TASKS_TEST_LONG'] === '1' ? 200 : 8;

describe.each([redisKind])('on $name, workers that are asked to end', (kind) => {
  testChaos(
    `SIGTERM at any moment, ${TIMES} times`,
    { kind, mix: { slow: 10 }, worker: { lease: 20_000 } },
    Array.from({ length: TIMES }, () => stopWorker),
    (_run, { stalled, doubled }) => {
      // What was in hand is finished or given back: no job waits for a lease to end, and none uses up an attempt.
      expect({ stalled, doubled }).toEqual({ stalled: 0, doubled: 0 });
    },
    TIMES * 20_000 + 120_000,
  );
});
