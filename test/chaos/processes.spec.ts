import { describe, expect } from 'vitest';
import { freezeWorker } from './faults/freeze-worker.js';
import { killProducer } from './faults/kill-producer.js';
import { killWorker } from './faults/kill-worker.js';
import { blockingJob, dyingJob, poisonJob } from './faults/poison-job.js';
import { redisKind } from './harness/redis-broker.js';
import { testChaos } from './harness/test-chaos.js';

describe.each([redisKind])('on $name, processes that fail', (kind) => {
  testChaos(
    'workers and producers that are killed',
    { kind },
    [killWorker, killProducer, killWorker, dyingJob],
    (_run, report) => {
      expect(report.stalled).toBeGreaterThan(0);
    },
  );

  testChaos(
    'workers that stand still past their leases, and say something afterwards',
    { kind, mix: { slow: 15, flaky: 2 } },
    [freezeWorker, blockingJob],
    (_run, report) => {
      expect(report.late).toBeGreaterThan(0);
    },
  );

  testChaos(
    'a job that kills its process three times',
    { kind, mix: {} },
    [poisonJob],
    ({ history, fleet }) => {
      const runs = [...history.starts.values()].filter(([run]) => run?.call.startsWith('parent/'));
      expect(runs.map(({ length }) => length)).toEqual([3]);
      expect(fleet.deaths).toHaveLength(3);
    },
  );
});
