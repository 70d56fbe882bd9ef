import assert from 'node:assert/strict';
import { FAILURE_STACK_LENGTH, FAILURES_KEPT } from '../../../contract/index.js';
import { topic } from '../topic.js';

export const failureHistory = topic('history of failures', (test) => {
  test('has none of a job that never failed', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.complete(await lane.takeOne());
    assert.equal((await lane.record(id)).failures, undefined);
  });

  test('keeps each failed attempt with its error, its worker and its moment', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 2 });
    await lane.retry(await lane.takeOne({ worker: 'one' }));
    await stage.pass(5);
    await lane.fail(await lane.takeOne({ worker: 'two' }), 'for good');
    const { failures = [], finishedAt, error } = await lane.record(id);
    assert.deepEqual(
      failures.map(({ attempt, worker, error: { message } }) => [attempt, worker, message]),
      [
        [1, 'one', 'try again'],
        [2, 'two', 'for good'],
      ],
    );
    assert.equal(failures[1]?.at, finishedAt);
    assert.ok((failures[0]?.at as number) < (finishedAt as number));
    assert.equal(error?.message, 'for good');
  });

  test('keeps a lost lease as one', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.takeOne({ lease: stage.lease, worker: 'gone' });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    const { failures = [] } = await lane.record(id);
    assert.deepEqual(
      failures.map(({ attempt, worker, error: { code } }) => [attempt, worker, code]),
      [[1, 'gone', 'TASKS_LEASE_LOST']],
    );
  });

  test('keeps the latest of many', async (stage) => {
    const lane = stage.lane();
    const runs = FAILURES_KEPT + 3;
    const id = await lane.add({ maxRetries: runs });
    for (let n = 0; n < runs; n++) await lane.retry(await lane.takeOne());
    const { failures = [] } = await lane.record(id);
    assert.equal(failures.length, FAILURES_KEPT);
    assert.deepEqual([failures[0]?.attempt, failures.at(-1)?.attempt], [4, runs]);
  });

  test('keeps the beginning of each stack, and all of the latest', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const stack = 's'.repeat(FAILURE_STACK_LENGTH + 500);
    await lane.settle(await lane.takeOne(), {
      kind: 'failed',
      error: { name: 'Error', message: 'deep', stack },
    });
    const { failures = [], error } = await lane.record(id);
    assert.equal(failures[0]?.error.stack, stack.slice(0, FAILURE_STACK_LENGTH));
    assert.equal(error?.stack, stack);
  });

  test('goes on when a dead letter is retried', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 0 });
    await lane.fail(await lane.takeOne(), 'first');
    await stage.queue.retryDead([lane.ref(id)]);
    await lane.fail(await lane.takeOne(), 'second');
    const { failures = [] } = await lane.record(id);
    assert.deepEqual(
      failures.map(({ attempt, error }) => [attempt, error.message]),
      [
        [1, 'first'],
        [1, 'second'],
      ],
    );
  });
});
