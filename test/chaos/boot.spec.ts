import { describe, expect, it } from 'vitest';
import type { Fault } from './harness/fault.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

const startedAtOnce: Fault = {
  name: 'ten processes started at once',
  fire: async ({ fleet }) => `${fleet.workers.length} workers, ${fleet.producers.length} producers`,
};

describe.each([redisKind])('on $name, ten processes that start at one moment on an empty server', (kind) => {
  it(
    'work from the start, and nobody has met an error',
    async () => {
      const { run } = await expectNothingLost({ kind, workers: 8, producers: 2 }, [startedAtOnce]);
      expect(run.fleet.deaths).toEqual([]);
      expect([...run.history.troubles]).toEqual([]);
    },
    RUN_BOUND_MS,
  );
});
