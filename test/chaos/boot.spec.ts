import { describe, expect } from 'vitest';
import { redisKind } from './harness/redis-broker.js';
import { testChaos } from './harness/test-chaos.js';

describe.each([redisKind])('on $name, a fleet that starts at one moment', (kind) => {
  testChaos(
    'ten processes on an empty server',
    { kind, workers: 8, producers: 2 },
    [
      {
        name: 'ten processes started at once',
        fire: async ({ fleet }) => `${fleet.workers.length} workers, ${fleet.producers.length} producers`,
      },
    ],
    ({ history, fleet }) => {
      expect(fleet.deaths).toEqual([]);
      expect([...history.troubles]).toEqual([]);
    },
  );
});
