import { describe, expect, it } from 'vitest';
import { cutConnections } from './faults/cut-connections.js';
import { lostReply } from './faults/lost-reply.js';
import { deafClients, deafServer, halfClose, latency, partition } from './faults/network.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

describe.each([redisKind])('on $name, nothing is lost', (kind) => {
  it(
    'when replies never arrive, of what was carried out',
    async () => {
      const { run } = await expectNothingLost({ kind, mix: { twin: 20, flaky: 2, slow: 3 } }, [
        lostReply('enqueue'),
        lostReply('claim'),
        lostReply('extend'),
      ]);
      expect(run.history.troubles.get('unknown TASKS_BACKEND_UNAVAILABLE')).toBeGreaterThan(0);
      expect(run.history.idsOfKey.size).toBeGreaterThan(10);
    },
    RUN_BOUND_MS,
  );

  it(
    'when connections end, or half of them',
    async () => {
      await expectNothingLost({ kind }, [cutConnections, halfClose, cutConnections]);
    },
    RUN_BOUND_MS,
  );

  it(
    'when networks are slow, deaf, or gone',
    async () => {
      await expectNothingLost({ kind }, [latency, deafClients, deafServer, partition]);
    },
    RUN_BOUND_MS,
  );
});
