import { describe, it } from 'vitest';
import { deadlock } from './faults/deadlock.js';
import { flushScripts } from './faults/flush-scripts.js';
import { freezeServer } from './faults/freeze-server.js';
import { lockTable } from './faults/lock-table.js';
import { loseRecords } from './faults/lose-records.js';
import { moveClock } from './faults/move-clock.js';
import { cancelRaces, replayRace } from './faults/race.js';
import { refuseWrites } from './faults/refuse-writes.js';
import { crashServer, restartServer } from './faults/restart-server.js';
import { starveServer } from './faults/starve-server.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { STORE_KINDS } from './harness/kinds.js';
import { shareRuns } from './harness/share-runs.js';

describe.each(STORE_KINDS)('on $name, nothing is lost', (kind) => {
  it.each(
    shareRuns('when the server dies, stands still or refuses, and people do the same at once', [
      [
        'when people do the same at once: one answer each, and it is what is stored',
        [cancelRaces, replayRace, cancelRaces],
      ],
      ['when the server dies and comes back on what it has written', [crashServer, restartServer]],
      [
        'when the server stands still, has no room, or forgets its scripts, or records',
        [freezeServer, starveServer, flushScripts, loseRecords],
      ],
      [
        'when the server takes no writes, gives statements up or undoes them',
        [refuseWrites, lockTable, deadlock],
      ],
      ["when the server's clock is set back", [moveClock]],
    ]),
  )(
    '%s',
    async (_title, faults) => {
      await expectNothingLost({ kind, isDurable: true }, faults);
    },
    RUN_BOUND_MS,
  );
});
