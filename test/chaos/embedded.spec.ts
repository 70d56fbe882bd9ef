import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Random, testSeed } from '../../lib/testing/random.js';
import { temporaryFolder } from '../servers/child-server.mjs';
import { check, lineOf } from './harness/check.js';
import { rateOf } from './harness/broker.js';
import { RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { Observer } from './harness/final-state.js';
import { Fleet } from './harness/fleet.js';
import { flowing } from './harness/flow.js';
import { History } from './harness/history.js';
import { IS_LONG } from './harness/share-runs.js';

const KILLS = IS_LONG ? 20 : 3;
/** Jobs a second, of one process that does all, the database included. */
const RATE = rateOf({ rate: 80 });

/** Servers, networks and other processes cannot fail here: there are none. What can is the process, and its folder is all that is left. */
it(
  `on PGlite nothing is lost when the process that has the database in it is killed ${KILLS} times and starts again on its folder`,
  async () => {
    const seed = testSeed();
    console.log(`TASKS_TEST_SEED=${seed}`);
    const random = new Random(seed);
    const folders = [temporaryFolder('embedded'), temporaryFolder('journals')] as const;
    const [data, journals] = folders.map(({ path }) => path) as [string, string];
    const backends = [{ name: 'embedded', type: 'postgres', dataDir: join(data, 'tasks') }];
    const fleet = new Fleet(journals, seed);
    onTestFinished(async () => {
      await fleet.dispose();
      for (const folder of folders) folder.dispose();
    }, 60_000);
    const worker = { workerCount: 1, maxConcurrentTasks: 10, lease: 3_000 };
    let child = await fleet.add('solo', 'solo', {
      backends,
      worker,
      rate: RATE,
      mix: { slow: 5, flaky: 2, later: 5, twin: 5 },
      skew: 0,
    });
    for (let kill = 0; kill < KILLS; kill++) {
      await flowing(fleet, RATE);
      await new Promise((resolve) => void setTimeout(resolve, random.below(300)));
      expect((await child.kill()).signal).toBe('SIGKILL');
      await fleet.settled();
      [child] = fleet.of('solo') as [typeof child];
    }
    expect(await fleet.stop('solo')).toEqual([{ code: 0, signal: null }]);
    expect(fleet.deaths).toHaveLength(KILLS);
    const observer = await Observer.open({
      backends: () => backends,
      leftovers: async () => [],
      misplaced: async () => [],
    });
    const report = check(History.read(fleet.journals), await observer.read());
    await observer.close();
    console.log(`pglite, seed ${seed}: ${lineOf(report, KILLS)}`);
    expect(report.problems).toEqual([]);
    expect(report.lost).toBe(0);
    expect(report.accepted).toBeGreaterThan(RATE);
  },
  RUN_BOUND_MS,
);
