import assert from 'node:assert/strict';
import { JOB_STATES } from '../../../contract/index.js';
import { topic } from '../topic.js';

const NONE = Object.fromEntries(JOB_STATES.map((state) => [state, 0]));

export const counting = topic('counts', (test) => {
  test('counts nothing on an empty queue, state by state', async (stage) => {
    assert.deepEqual({ ...(await stage.lane().counts()) }, NONE);
  });

  test('counts each state', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(6);
    const [done, dead, gone, again] = await lane.take(5);
    assert.ok(done && dead && gone && again);
    await lane.complete(done);
    await lane.fail(dead);
    await lane.settle(gone, { kind: 'cancelled', reason: 'enough' });
    await lane.retry(again, 60_000);
    await lane.addMany(2, { delay: 60_000 });
    assert.deepEqual(
      { ...(await lane.counts()) },
      { ...NONE, pending: 1, running: 1, completed: 1, failed: 1, cancelled: 1, retrying: 1, scheduled: 2 },
    );
  });

  test('counts what is there after jobs went all ways', { feature: 'find' }, async (stage) => {
    const lane = stage.lane({ retention: { completedMax: 5, failedMax: 5 } });
    const { random } = stage;
    for (let round = 0; round < 12; round++) {
      await lane.addMany(3, random.below(2) === 0 ? {} : { delay: 60_000 });
      for (const job of await lane.take(2)) {
        await lane[random.pick(['complete', 'fail', 'release', 'retry'] as const)](job);
      }
    }
    await stage.queue.recover();
    const counts = await lane.counts();
    const records = await stage.findAll(lane);
    for (const state of JOB_STATES) {
      assert.equal(counts[state], records.filter((record) => record.state === state).length, state);
    }
  });

  test('counts a job once, however often it is enqueued', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    for (let n = 0; n < 3; n++) await lane.offer({ id, repeat: true });
    assert.equal((await lane.counts()).pending, 1);
  });

  test('answers for several queues, in the order in which they are named', async (stage) => {
    const [one, two] = [stage.lane(), stage.lane()];
    await one.add();
    await two.addMany(2);
    const names = [two.name, stage.name('nobody-has'), one.name];
    const pending = (await stage.queue.inspect(names)).map(({ counts }) => counts.pending);
    assert.deepEqual(pending, [2, 0, 1]);
  });

  test('says whether a queue is paused', { feature: 'pause' }, async (stage) => {
    const lane = stage.lane();
    assert.equal((await lane.status()).isPaused, false);
    await stage.queue.pause(lane.name);
    assert.equal((await lane.status()).isPaused, true);
    await stage.queue.resume(lane.name);
    assert.equal((await lane.status()).isPaused, false);
  });

  test('says since when the job is ready that has been ready longest', async (stage) => {
    const lane = stage.lane();
    assert.equal((await lane.status()).readySince, undefined);
    const id = await lane.add({ priority: 1 });
    const { createdAt } = await lane.record(id);
    await stage.pass(200);
    await lane.add({ priority: 9 });
    const since = (await lane.status()).readySince as number;
    assert.ok(Math.abs(since - createdAt) <= 20, `ready since ${since - createdAt} ms after its enqueue`);
    await lane.take(2);
    assert.equal((await lane.status()).readySince, undefined);
  });

  test('counts the time since it was due, not since it was enqueued', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ delay: 300 });
    await stage.pass(320);
    await stage.queue.recover();
    const since = (await lane.status()).readySince as number;
    const { createdAt } = await lane.record(id);
    assert.ok(since - createdAt >= 290, `ready since ${since - createdAt} ms after its enqueue`);
  });
});
