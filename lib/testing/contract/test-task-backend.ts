import assert from 'node:assert/strict';
import { testTaskBackendModel } from '../property/test-task-backend-model.js';
import { Random, testSeed } from '../random.js';
import type { BackendHarness, BackendUnderTest, TestRunner } from './harness.js';
import { closeBackend, openBackend } from './open-backend.js';
import { Stage } from './stage.js';
import type { Backstage, Needs, TopicTest } from './topic.js';
import { topicsFor } from './topics.js';

/** How long one test may take on a slow server. */
const TEST_TIMEOUT = 30_000;

/** How much of the store's time a test may let go by where time is real. */
const PATIENCE = 2_500;

/** FNV-1a, so that a test makes the same choices whether it runs alone or with the others. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) as number), 0x01000193);
  return value >>> 0;
}

/**
 * Proves a backend: that it keeps every promise of `QueueBackend` and `StateBackend`, in more than four hundred tests
 * cut by topic. It runs under any test runner that has `describe`, `it`, `beforeAll` and `afterAll`.
 *
 * - What a backend cannot do is named in `harness.unsupported`, must be `false` in its capabilities and must be
 *   refused with `TASKS_UNSUPPORTED`; everything else must work. Nothing is skipped in silence.
 * - Tests share one opened backend and use queues of their own. Next to what each of them looks at, all of them watch
 *   that jobs move by the state table alone, that fences only grow, that no job is in two hands at once, and that
 *   counts agree with what is there.
 * - Where a test can move the store's time, `advance` does; else the suite waits, 2.5 seconds a test at most, and shows
 *   the few tests of hours and days as skipped.
 * - Names and choices come from the seed that the suite's name shows; `TASKS_TEST_SEED` makes them again.
 *
 * @param runner the functions of the test runner
 * @param harness how to get at the backend
 *
 * @example
 * // my-backend.spec.ts
 * import { afterAll, beforeAll, describe, it } from 'vitest';
 * import { testTaskBackend } from 'nestjs-tasks/testing';
 * import { MyQueueBackend, MyStateBackend } from '../src/index.js';
 *
 * testTaskBackend({ describe, it, beforeAll, afterAll }, {
 *   name: 'my broker',
 *   unsupported: ['transactions'],
 *   create: async () => {
 *     const prefix = `test:${process.pid}:${Date.now()}`;
 *     const backend = { queue: new MyQueueBackend({ prefix }), state: new MyStateBackend({ prefix }) };
 *     return { backend, dispose: () => dropAll(prefix) };
 *   },
 * });
 */
export function testTaskBackend(runner: TestRunner, harness: BackendHarness): void {
  const seed = harness.seed ?? testSeed();
  runner.describe(`contract of ${harness.name} (seed ${seed})`, () => {
    let shared: BackendUnderTest | undefined;
    runner.beforeAll(async () => {
      shared = await harness.create();
      assert.equal(shared.advance === undefined, harness.realTime === true, '`advance` or `realTime`');
      await openBackend(shared);
    });
    runner.afterAll(async () => {
      if (shared !== undefined) await closeBackend(shared);
    });
    for (const topic of topicsFor(harness)) {
      runner.describe(topic.name, () => {
        for (const test of topic.tests.filter(({ needs }) => hasFeatures(harness, needs))) {
          const body = async (): Promise<void> => {
            assert.ok(shared, 'the backend could be made');
            const random = new Random(seed ^ hash(`${topic.name}/${test.name}`));
            await play(test, new Stage(shared, random), { harness, shared, create: () => harness.create() });
          };
          define(runner, harness, test, body);
        }
      });
    }
  });
  if (harness.fc !== undefined) testTaskBackendModel(runner, { ...harness, seed }, harness.fc);
}

function define(
  runner: TestRunner,
  harness: BackendHarness,
  test: TopicTest,
  body: () => Promise<void>,
): void {
  const { time = 0 } = test.needs;
  if (harness.realTime !== true || time <= PATIENCE) runner.it(test.name, body, TEST_TIMEOUT);
  else runner.it.skip(`${test.name} (${time / 1_000} s of the store's time)`, body);
}

function hasFeatures(harness: BackendHarness, { feature = [] }: Needs): boolean {
  return ![feature].flat().some((one) => harness.unsupported?.includes(one));
}

/** A test's own assertions, those that hold at the end of every test, and an empty stage for the next. */
async function play(test: TopicTest, stage: Stage, backstage: Backstage): Promise<void> {
  try {
    await test.play(stage, backstage);
    await stage.check();
  } catch (failure) {
    await stage.sweep().catch(() => undefined);
    throw failure;
  }
  await stage.sweep();
}
