import assert from 'node:assert/strict';
import { anError } from '../lane.js';
import { topic } from '../topic.js';

export const attempts = topic('attempts', (test) => {
  test('uses an attempt for each claim', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 3 });
    for (const attempt of [1, 2, 3]) {
      const job = await lane.takeOne();
      assert.equal(job.attempt, attempt);
      assert.equal((await lane.record(id)).attempt, attempt);
      await lane.retry(job, 0);
    }
    assert.equal((await lane.record(id)).attempt, 3);
  });

  test('keeps the attempt used when a job fails for good', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.retry(await lane.takeOne(), 0);
    await lane.fail(await lane.takeOne());
    assert.equal((await lane.record(id)).attempt, 2);
  });

  test('gives the attempt of a released job back', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    for (let times = 0; times < 4; times++) {
      const job = await lane.takeOne();
      assert.equal(job.attempt, 1);
      await lane.release(job);
      assert.equal((await lane.record(id)).attempt, 0);
    }
  });

  test('keeps the attempt of a release that says so', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    await lane.release(await lane.takeOne(), { countAttempt: true });
    assert.equal((await lane.takeOne()).attempt, 2);
  });

  test('gives the attempt of a retry back that says so', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const outcome = { kind: 'retry', in: 0, error: anError('not my fault'), countAttempt: false } as const;
    await lane.settle(await lane.takeOne(), outcome);
    assert.equal((await lane.record(id)).attempt, 0);
    assert.equal((await lane.takeOne()).attempt, 1);
  });

  test('keeps the attempt of a lost lease used', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    assert.equal((await lane.takeOne()).attempt, 2);
  });
});
