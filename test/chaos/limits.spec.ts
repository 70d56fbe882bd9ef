import { describe, it } from 'vitest';
import { crashServer } from './faults/restart-server.js';
import { freezeWorker } from './faults/freeze-worker.js';
import { killWorker } from './faults/kill-worker.js';
import { lostReply } from './faults/lost-reply.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { STORE_KINDS } from './harness/kinds.js';
import type { QueueLimits } from './processes/settings.js';

/** Less than is enqueued in a second, and about half of the slots that there are: both bind whenever something has to be made up for. */
const LIMITS: QueueLimits = { concurrency: 36, rateLimit: { limit: 760, per: 1_000, burst: 50 } };
const MIX = { slow: 20, flaky: 2 };

describe.each(STORE_KINDS)('on $name, a queue that is limited', (kind) => {
  it(
    'has no more running and none started sooner than it may, and loses nothing, when workers die, freeze and hear nothing, and the server dies',
    async () => {
      const faults = [killWorker, lostReply('claim'), freezeWorker, crashServer];
      await expectNothingLost({ kind, isDurable: true, mix: MIX, limits: LIMITS }, faults);
    },
    RUN_BOUND_MS,
  );
});
