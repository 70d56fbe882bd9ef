import { describe } from 'vitest';
import { flushScripts } from './faults/flush-scripts.js';
import { freezeServer } from './faults/freeze-server.js';
import { crashServer, restartServer } from './faults/restart-server.js';
import { starveServer } from './faults/starve-server.js';
import { redisKind } from './harness/redis-broker.js';
import { testChaos } from './harness/test-chaos.js';

describe.each([redisKind])('on $name, servers that fail', (kind) => {
  testChaos('a server that dies and comes back on what it has written', { kind, isDurable: true }, [
    crashServer,
    restartServer,
  ]);

  testChaos('a server that stands still, has no room, forgets', { kind }, [
    freezeServer,
    starveServer,
    ...(kind === redisKind ? [flushScripts] : []),
  ]);
});
