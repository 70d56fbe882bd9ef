import assert from 'node:assert/strict';
import type { BackendHarness, BackendUnderTest, TestRunner } from '../contract/harness.js';
import { Stage } from '../contract/stage.js';
import { closeBackend, openBackend } from '../contract/open-backend.js';
import { Random, testSeed } from '../random.js';
import { allCommands } from './commands/all-commands.js';
import type { FastCheck } from './fast-check.js';
import type { FastCheckLibrary } from './fast-check-library.js';
import { LANES, World } from './world.js';

/** Enough for thousands of runs, or for a few where time is real. */
const MODEL_TIMEOUT = 1_800_000;

/**
 * Plays random calls on a backend and on a model of the contract, side by side, and finds the first difference: a
 * lost job, one in two hands, a broken order, a count that does not agree, a limit that was exceeded, a fence that fell.
 *
 * fast-check makes the calls and shrinks what fails to its shortest form: enqueue with priorities, delays, keys and their
 * weights, idempotency, uniqueness, dependencies of each policy and a full queue; claims by several workers with rate and
 * concurrency limits, of queues and of keys, and fair turns of keys; every outcome, also late and twice; signals, early, late
 * and astray; extend, record, cancel, pause, replay, remove, clear, declare; time going by, with leases running out; and what is told of
 * jobs that end inside the store.
 *
 * `TASKS_TEST_SEED` makes a run again, `TASKS_TEST_RUNS` says how many sequences are played: 200 by default, 5,000
 * with `TASKS_TEST_LONG`; a hundredth of that where time is real, and `shareOfRuns` of that.
 *
 * @param library fast-check, version 4
 *
 * @example
 * import fc from 'fast-check';
 * testTaskBackendModel({ describe, it, beforeAll, afterAll }, harness, fc);
 */
export function testTaskBackendModel(
  runner: TestRunner,
  harness: BackendHarness,
  library: FastCheckLibrary,
): void {
  const fc = library as FastCheckLibrary & FastCheck;
  const seed = harness.seed ?? testSeed();
  const numRuns = runsOf(harness);
  runner.describe(`model of ${harness.name} (seed ${seed}, ${numRuns} runs)`, () => {
    let shared: BackendUnderTest | undefined;
    runner.beforeAll(async () => {
      shared = await harness.create();
      await openBackend(shared);
    });
    runner.afterAll(async () => {
      if (shared !== undefined) await closeBackend(shared);
    });

    const body = async (): Promise<void> => {
      assert.ok(shared, 'the backend could be made');
      const bench = shared;
      const random = new Random(seed);
      const commands = fc.commands(allCommands(fc, harness.unsupported ?? []), {
        maxCommands: 60,
        size: '+1',
      });
      // A run on few queues goes deeper than one on all (swarm testing: Groce and others, 2012).
      const lanes = fc.subarray([...LANES], { minLength: 1 });
      const property = fc.asyncProperty(lanes, commands, async (inPlay, sequence) => {
        const stage = new Stage(bench, random);
        const world = new World(stage, inPlay);
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: world }), sequence);
          await stage.check();
        } finally {
          await stage.sweep();
        }
      });
      await fc.assert(property, { seed, numRuns, ...(harness.realTime && { endOnFailure: true }) });
    };
    runner.it('answers and keeps what the model does, whatever is called', body, MODEL_TIMEOUT);
  });
}

function runsOf({ realTime, shareOfRuns = 1 }: BackendHarness): number {
  const given = Number(process.env['TASKS_TEST_RUNS']);
  if (Number.isSafeInteger(given) && given > 0) return given;
  const runs = process.env['TASKS_TEST_LONG'] === '1' ? 5_000 : 200;
  return Math.max(1, Math.round((realTime ? runs / 100 : runs) * shareOfRuns));
}
