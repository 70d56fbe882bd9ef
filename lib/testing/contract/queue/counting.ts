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
});
