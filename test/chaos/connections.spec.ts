import { describe, expect, it } from 'vitest';
import { cutConnections } from './faults/cut-connections.js';
import { loseListeners } from './faults/lose-listeners.js';
import { lostReply } from './faults/lost-reply.js';
import { deafClients, deafServer, halfClose, latency, partition, partitionOne } from './faults/network.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { STORE_KINDS } from './harness/kinds.js';
import { shareRuns } from './harness/share-runs.js';

const LOST_REPLIES = [lostReply('enqueue'), lostReply('claim'), lostReply('extend')];

describe.each(STORE_KINDS)('on $name, nothing is lost', (kind) => {
  it.each(
    shareRuns('when connections end, by halves or in silence, and replies never arrive', [
      ['when replies never arrive, of what was carried out', LOST_REPLIES],
      ['when connections end, or half of them', [cutConnections, halfClose, loseListeners, cutConnections]],
      ['when networks are slow, deaf, or gone', [latency, deafClients, deafServer, partition, partitionOne]],
    ]),
  )(
    '%s',
    async (_title, faults) => {
      const { run, report } = await expectNothingLost({ kind, mix: { twin: 20, flaky: 2, slow: 3 } }, faults);
      expect(run.history.idsOfKey.size).toBeGreaterThan(10);
      // Others had the jobs of whoever was parted from the server for longer than a lease.
      expect(report.stalled).toBeGreaterThanOrEqual(faults.includes(partitionOne) ? 1 : 0);
      if (!faults.includes(LOST_REPLIES[0] as (typeof faults)[number])) return;
      expect(run.history.troubles.get('unknown TASKS_BACKEND_UNAVAILABLE')).toBeGreaterThan(0);
    },
    RUN_BOUND_MS,
  );
});
