import { describe, it } from 'vitest';
import { cutConnections } from './faults/cut-connections.js';
import { killWorker } from './faults/kill-worker.js';
import { lostReply } from './faults/lost-reply.js';
import { restartPooler, serialisation } from './faults/pooler.js';
import { crashServer } from './faults/restart-server.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { pgbouncerKind } from './harness/pooled-broker.js';

/** Two minutes at a stretch: not in every run of the tests. */
const isLong = process.env['TASKS_TEST_LONG'] === '1';

describe.runIf(isLong)('on postgres behind a PgBouncer in transaction mode, nothing is lost', () => {
  it(
    'when the pooler, the server and workers are killed, replies are lost, and transactions undo each other',
    async () => {
      const faults = [
        serialisation,
        restartPooler,
        lostReply('claim'),
        killWorker,
        crashServer,
        cutConnections,
      ];
      await expectNothingLost({ kind: pgbouncerKind }, faults);
    },
    RUN_BOUND_MS,
  );
});
