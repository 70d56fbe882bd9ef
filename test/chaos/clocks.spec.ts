import { describe, expect } from 'vitest';
import { testChaos } from './harness/test-chaos.js';
import { redisKind } from './harness/redis-broker.js';
import { killWorker } from './faults/kill-worker.js';

const HOUR_MS = 3_600_000;

describe.each([redisKind])('on $name, wall clocks that are wrong', (kind) => {
  testChaos(
    'an hour ahead, an hour behind',
    { kind, skews: [HOUR_MS, -HOUR_MS, 0, HOUR_MS, -HOUR_MS], mix: { later: 10, slow: 3 } },
    [killWorker],
    ({ history }) => {
      expect(history.delays.length).toBeGreaterThan(100);
      expect(history.delays.filter(({ delay, waited }) => waited < delay)).toEqual([]);
      expect(history.delays.filter(({ waited }) => waited > HOUR_MS / 2)).toEqual([]);
    },
  );
});
