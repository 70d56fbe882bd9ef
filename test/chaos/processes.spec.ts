import { describe, expect, it } from 'vitest';
import { freezeWorker } from './faults/freeze-worker.js';
import { killProducer } from './faults/kill-producer.js';
import { killWorker } from './faults/kill-worker.js';
import { blockingJob, dyingJob, poisonJob } from './faults/poison-job.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { STORE_KINDS } from './harness/kinds.js';
import { shareRuns } from './harness/share-runs.js';

const HOUR_MS = 3_600_000;
/** Of three workers and two producers. */
const SKEWS = [HOUR_MS, -HOUR_MS, 0, HOUR_MS, -HOUR_MS];

describe.each(STORE_KINDS)(
  'on $name, with wall clocks that are an hour ahead and an hour behind, nothing is lost',
  (kind) => {
    it.each(
      shareRuns('when processes die, stand still and kill each other', [
        ['when workers and producers are killed', [killWorker, killProducer, killWorker, dyingJob]],
        [
          'when workers stand still past their leases, and say something afterwards',
          [freezeWorker, blockingJob],
        ],
        ['when a job kills its process three times', [poisonJob]],
      ]),
    )(
      '%s',
      async (_title, faults) => {
        const mix = { slow: 15, flaky: 2, later: 10 };
        const { run, report } = await expectNothingLost({ kind, mix, skews: SKEWS }, faults);
        const { delays, starts } = run.history;
        expect(report.stalled).toBeGreaterThan(0);
        expect(report.late).toBeGreaterThanOrEqual(faults.includes(freezeWorker) ? 1 : 0);
        expect(delays.length).toBeGreaterThan(50);
        // Brokers tell the time in whole milliseconds, and this one in thousandths.
        expect(delays.filter(({ delay, waited }) => waited <= delay - 1)).toEqual([]);
        expect(delays.filter(({ waited }) => waited > HOUR_MS / 2)).toEqual([]);
        const poison = [...starts.values()].filter((runs) => runs.some(({ call }) => run.isPoison(call)));
        expect(poison.map(({ length }) => length)).toEqual(faults.includes(poisonJob) ? [3] : []);
      },
      RUN_BOUND_MS,
    );
  },
);
