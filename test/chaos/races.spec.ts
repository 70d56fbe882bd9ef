import { describe, it } from 'vitest';
import { cancelRaces, replayRace } from './faults/race.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { redisKind } from './harness/redis-broker.js';

describe.each([redisKind])('on $name, people who do the same at once', (kind) => {
  it(
    'get one answer each, and it is what is stored',
    async () => {
      await expectNothingLost({ kind }, [cancelRaces, replayRace, cancelRaces]);
    },
    RUN_BOUND_MS,
  );
});
