import { describe } from 'vitest';
import { cutConnections } from './faults/cut-connections.js';
import { lostReply } from './faults/lost-reply.js';
import { deafClients, deafServer, halfClose, latency, partition } from './faults/network.js';
import { redisKind } from './harness/redis-broker.js';
import { testChaos } from './harness/test-chaos.js';

describe.each([redisKind])('on $name, connections that fail', (kind) => {
  testChaos(
    'replies that never arrive, of what was carried out',
    { kind, mix: { twin: 20, flaky: 2, slow: 3 } },
    [lostReply('enqueue'), lostReply('claim'), lostReply('extend')],
  );

  testChaos('connections that end, or half of them', { kind }, [cutConnections, halfClose, cutConnections]);

  testChaos('networks that are slow, deaf, or gone', { kind }, [latency, deafClients, deafServer, partition]);
});
