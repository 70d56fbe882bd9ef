import { describe, it } from 'vitest';
import { flushScripts } from './faults/flush-scripts.js';
import { freezeServer } from './faults/freeze-server.js';
import { crashServer, restartServer } from './faults/restart-server.js';
import { starveServer } from './faults/starve-server.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

describe.each([redisKind])('on $name, nothing is lost', (kind) => {
  it(
    'when the server dies and comes back on what it has written',
    async () => {
      await expectNothingLost({ kind, isDurable: true }, [crashServer, restartServer]);
    },
    RUN_BOUND_MS,
  );

  it(
    'when the server stands still, has no room, or forgets its scripts',
    async () => {
      const own = kind.name === 'redis' ? [flushScripts] : [];
      await expectNothingLost({ kind }, [freezeServer, starveServer, ...own]);
    },
    RUN_BOUND_MS,
  );
});
