import { describe, expect, it } from 'vitest';
import { freezeWorker } from './faults/freeze-worker.js';
import { killProducer } from './faults/kill-producer.js';
import { killWorker } from './faults/kill-worker.js';
import { blockingJob, dyingJob, poisonJob } from './faults/poison-job.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

describe.each([redisKind])('on $name, nothing is lost', (kind) => {
  it(
    'when workers and producers are killed',
    async () => {
      const { report } = await expectNothingLost({ kind }, [killWorker, killProducer, killWorker, dyingJob]);
      expect(report.stalled).toBeGreaterThan(0);
    },
    RUN_BOUND_MS,
  );

  it(
    'when workers stand still past their leases, and say something afterwards',
    async () => {
      const mix = { slow: 15, flaky: 2 };
      const { report } = await expectNothingLost({ kind, mix }, [freezeWorker, blockingJob]);
      expect(report.late).toBeGreaterThan(0);
    },
    RUN_BOUND_MS,
  );

  it(
    'when a job kills its process three times',
    async () => {
      const { run } = await expectNothingLost({ kind, mix: {} }, [poisonJob]);
      const runs = [...run.history.starts.values()].filter(([first]) => first?.call.startsWith('parent/'));
      expect(runs.map(({ length }) => length)).toEqual([3]);
      expect(run.fleet.deaths).toHaveLength(3);
    },
    RUN_BOUND_MS,
  );
});
