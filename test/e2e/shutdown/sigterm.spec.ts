import { testSeed } from '../../../lib/testing/random.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSpec } from './journal.js';
import { judge } from './judge.js';
import { Processes } from './processes.js';
import { randomPlan } from './random-plan.js';

const long = process.env['TASKS_TEST_LONG'] === '1';
const RUNS = long ? 200 : 20;
/** Starting takes computing: more at once gain nothing on a small machine. */
const AT_ONCE = 4;
const SEED = testSeed();

let processes: Processes;
beforeAll(async () => {
  processes = await Processes.prepare();
}, 120_000);
afterAll(() => processes.remove());

describe('SIGTERM', () => {
  it(
    `at ${RUNS} random moments leaves no job stuck, nothing cut off, and the exit code that is asked for (seed ${SEED})`,
    { timeout: RUNS * 15_000 },
    async () => {
      const seeds = Array.from({ length: RUNS }, (_, place) => SEED + place);
      const found: string[] = [];
      const tally = { accepted: 0, aborted: 0, completed: 0 };
      const next = async (): Promise<void> => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
          const { app, signals } = randomPlan(seed);
          const run = await processes.run(app, signals);
          found.push(...judge([run]).map((problem) => `TASKS_TEST_SEED=${seed}: ${problem}`));
          for (const entry of run.journal) {
            if (entry.is === 'accepted' || entry.is === 'aborted') tally[entry.is]++;
            if (entry.is === 'left' && entry.status === 'completed') tally.completed++;
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      expect(found.join('\n')).toBe('');
      // The runs have caught the app at work: a load that is always done, or never begun, would show nothing.
      expect(tally.completed).toBeGreaterThan(RUNS);
      expect(tally.accepted - tally.completed).toBeGreaterThan(RUNS);
      expect(tally.aborted).toBeGreaterThan(0);
    },
  );

  const slow: JobSpec = { at: 0, kind: 'quick', ms: 300 };
  const options = { worker: { shutdownTimeout: '10s' } };

  it.each([
    ['code 0 under useProcessExit', true],
    ['the signal itself, which a shell shows as 143, without', false],
  ])(
    'ends the process by %s, when what runs has finished',
    { timeout: 30_000 },
    async (_how, useProcessExit) => {
      const run = await processes.run({ jobs: [slow], useProcessExit, options }, [
        { after: 'working', ms: 20 },
      ]);
      expect(judge([run]).join('\n')).toBe('');
      expect(run.journal).toContainEqual(expect.objectContaining({ is: 'left', status: 'completed' }));
    },
  );

  it('changes nothing when it comes again during the drain', { timeout: 30_000 }, async () => {
    const signals = [20, 60, 100, 100].map((ms) => ({ after: 'working', ms }) as const);
    const run = await processes.run({ jobs: [slow], useProcessExit: true, options }, signals);
    expect(judge([run]).join('\n')).toBe('');
    expect(run.journal).toContainEqual(expect.objectContaining({ is: 'left', status: 'completed' }));
    expect(run.journal.filter(({ is }) => is === 'aborted')).toEqual([]);
  });

  it('while the app starts is answered when it has started', { timeout: 30_000 }, async () => {
    const run = await processes.run({ jobs: [slow], useProcessExit: true, options }, [
      { after: 'up', ms: 0 },
    ]);
    expect(judge([run]).join('\n')).toBe('');
  });
});
