import { describe } from 'vitest';
import { killWorker } from './faults/kill-worker.js';
import { redisKind } from './harness/redis-broker.js';
import { testChaos } from './harness/test-chaos.js';

describe('processes that die', () => {
  testChaos('a worker that is killed in the middle of its jobs', { kind: redisKind }, [
    killWorker,
    killWorker,
    killWorker,
  ]);
});
