import { describe, expect, it } from 'vitest';
import { killWorker } from './faults/kill-worker.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

const HOUR_MS = 3_600_000;

describe.each([redisKind])('on $name, wall clocks that are an hour ahead and an hour behind', (kind) => {
  it(
    'change nothing: delays are kept, nothing is lost',
    async () => {
      const skews = [HOUR_MS, -HOUR_MS, 0, HOUR_MS, -HOUR_MS];
      const { run } = await expectNothingLost({ kind, skews, mix: { later: 10, slow: 3 } }, [killWorker]);
      const { delays } = run.history;
      expect(delays.length).toBeGreaterThan(100);
      expect(delays.filter(({ delay, waited }) => waited < delay)).toEqual([]);
      expect(delays.filter(({ waited }) => waited > HOUR_MS / 2)).toEqual([]);
    },
    RUN_BOUND_MS,
  );
});
