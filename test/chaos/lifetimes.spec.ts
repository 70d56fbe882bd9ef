import { describe, expect, it } from 'vitest';
import { stopWorker } from './faults/stop-worker.js';
import type { Fault } from './harness/fault.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { STORE_KINDS } from './harness/kinds.js';
import { IS_LONG } from './harness/share-runs.js';

const TIMES = IS_LONG ? 200 : 4;

const startedAtOnce: Fault = {
  name: 'ten processes started at once',
  fire: async ({ fleet }) => `${fleet.workers.length} workers, ${fleet.producers.length} producers`,
};

describe.each(STORE_KINDS)('on $name, ten processes that start at one moment on an empty server', (kind) => {
  it(
    `work from the start, and finish or give back what they have in hand: SIGTERM at any moment, ${TIMES} times`,
    async () => {
      // On PostgreSQL each of them finds nothing migrated, and has one connection for all that it asks; who stands in line for it on a machine
      // that two runs share is not to be told that it is busy.
      const backend = kind.name === 'postgres' ? { poolSize: 1, connectTimeout: 20_000 } : {};
      const crew = { workers: 8, producers: 2, backend, mix: { slow: 10 }, worker: { lease: 20_000 } };
      const stops = Array.from({ length: TIMES }, () => stopWorker);
      const { run, report } = await expectNothingLost({ kind, ...crew }, [startedAtOnce, ...stops]);
      expect([...run.history.troubles]).toEqual([]);
      // No job waits for a lease to end, and none uses up an attempt.
      expect({ stalled: report.stalled, doubled: report.doubled }).toEqual({ stalled: 0, doubled: 0 });
    },
    RUN_BOUND_MS + TIMES * 20_000,
  );
});
