import assert from 'node:assert/strict';
import { JOB_STATES } from '../../../contract/index.js';
import { topic } from '../topic.js';

export const removing = topic('remove and clear', (test) => {
  test('forgets jobs that are not running, and says how many', async (stage) => {
    const lane = stage.lane();
    const done = await lane.add({ priority: 9 });
    await lane.complete(await lane.takeOne());
    const [waits, delayed] = await lane.addAll([{}, { delay: 100 }]);
    const refs = [done, waits, delayed, stage.random.jobId()].map((id) => lane.ref(id as string));
    assert.equal(await stage.queue.remove(refs), 3);
    assert.deepEqual(await stage.queue.get(refs), [undefined, undefined, undefined, undefined]);
    await stage.pass(150);
    await stage.queue.recover();
    assert.deepEqual(await lane.takeIds(5), []);
    assert.equal(await stage.queue.remove(refs), 0);
  });

  test('leaves a running job alone', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    assert.equal(await stage.queue.remove([lane.ref(id)]), 0);
    assert.equal(await lane.complete(job), 'applied');
    assert.equal(await stage.queue.remove([lane.ref(id)]), 1);
  });

  test('counts a job once that is named twice', async (stage) => {
    const lane = stage.lane();
    const ref = lane.ref(await lane.add());
    assert.equal(await stage.queue.remove([ref, ref]), 1);
  });

  test('lets the id of a removed job be used again', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ repeat: true, payload: '"first"' });
    await stage.queue.remove([lane.ref(id)]);
    await lane.add({ id, repeat: true, payload: '"second"' });
    const job = await lane.takeOne();
    assert.equal(job.payload, '"second"');
    assert.equal(job.attempt, 1);
  });

  test('clears the states that it is told, and leaves running jobs alone', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(4);
    const [running, dead] = await lane.take(2);
    assert.ok(running && dead);
    await lane.fail(dead);
    await lane.addMany(3, { delay: 60_000 });
    assert.equal(await stage.queue.clear(lane.name, ['scheduled', 'running']), 3);
    const counts = await lane.counts();
    assert.deepEqual([counts.pending, counts.running, counts.failed, counts.scheduled], [2, 1, 1, 0]);
    assert.equal(await stage.queue.clear(lane.name, ['pending', 'failed']), 3);
    assert.deepEqual(await lane.takeIds(5), []);
    assert.equal(await lane.complete(running), 'applied');
  });

  test('clears one queue', async (stage) => {
    const [lane, other] = [stage.lane(), stage.lane()];
    await lane.addMany(2);
    await other.addMany(2);
    assert.equal(await stage.queue.clear(lane.name, JOB_STATES), 2);
    assert.equal((await other.counts()).pending, 2);
    assert.equal(await stage.queue.clear(lane.name, JOB_STATES), 0);
    assert.equal(await stage.queue.clear(other.name, []), 0);
  });

  test('clears parked jobs too', { feature: 'keyLimits' }, async (stage) => {
    const lane = stage.lane({ perKey: { concurrency: 1 } });
    await lane.addMany(5, { key: 'a' });
    assert.equal(await stage.queue.clear(lane.name, ['pending']), 5);
    const id = await lane.add({ key: 'a' });
    assert.deepEqual(await lane.takeIds(5), [id]);
  });

  test('makes room in a full queue', async (stage) => {
    const lane = stage.lane({ maxSize: 2 });
    await lane.addMany(2);
    await stage.queue.clear(lane.name, ['pending']);
    await lane.addMany(2);
  });

  test('frees unique keys', { feature: 'uniqueness' }, async (stage) => {
    const lane = stage.lane();
    const unique = { mode: 'keep-first', key: 'user-1' } as const;
    await lane.add({ unique });
    await stage.queue.clear(lane.name, ['pending']);
    await lane.add({ unique });
  });
});
