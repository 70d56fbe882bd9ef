import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const extending = topic('extend', (test) => {
  test('lengthens a lease from now', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const job = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease / 2);
    assert.deepEqual(await stage.queue.extend([job.receipt], stage.lease), { lost: [], cancelled: [] });
    await stage.pass(stage.lease * 0.75);
    await stage.queue.recover();
    assert.deepEqual(await lane.takeIds(1), []);
    assert.equal(await lane.complete(job), 'applied');
  });

  test('lets a lease run out that was extended for too short', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    await stage.queue.extend([job.receipt], stage.lease);
    await stage.pass(stage.lease);
    assert.deepEqual(await lane.takeIds(1), [id]);
  });

  test('says which leases are lost, and lengthens the others', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(3);
    const lost = await lane.takeOne({ lease: stage.lease });
    const [done, held] = await lane.take(2);
    assert.ok(done && held);
    await lane.complete(done);
    await stage.pass(stage.lease);
    await stage.queue.recover();
    const answer = await stage.queue.extend([held.receipt, lost.receipt, done.receipt], 60_000);
    assert.equal(answer.lost.length, 2);
    assert.ok(answer.lost.includes(lost.receipt) && answer.lost.includes(done.receipt));
    assert.deepEqual(answer.cancelled, []);
    assert.equal(await lane.complete(held), 'applied');
  });

  test('does not bring a lost lease back', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    const heir = await lane.takeOne();
    assert.deepEqual((await stage.queue.extend([zombie.receipt], 60_000)).lost, [zombie.receipt]);
    assert.equal(await lane.complete(zombie), 'stale');
    assert.equal(await lane.complete(heir), 'applied');
  });

  test('takes no receipts at all', async (stage) => {
    assert.deepEqual(await stage.queue.extend([], stage.lease), { lost: [], cancelled: [] });
  });
});
