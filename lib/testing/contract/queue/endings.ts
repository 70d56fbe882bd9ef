import assert from 'node:assert/strict';
import type { Outcome } from '../../../contract/index.js';
import { anError } from '../lane.js';
import type { Stage } from '../stage.js';
import { topic } from '../topic.js';
import { after } from './dependencies.js';

/** Gives the store every chance to tell. */
async function listen(stage: Stage): Promise<void> {
  await stage.queue.recover();
  await stage.queue.claim({ worker: 'worker', lease: stage.lease, take: [] });
  await stage.queue.recover();
}

const AS_IF_TO_RUN_AGAIN: readonly Outcome[] = [
  { kind: 'retry', in: 0, error: anError('again') },
  { kind: 'released', countAttempt: false },
];

export const endings = topic('ends inside the store', (test) => {
  test('tells once of a job that stalled too often', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ name: 'crashes', maxRetries: 0, maxStalled: 0 });
    await lane.takeOne({ lease: stage.lease, worker: 'dead' });
    await stage.pass(stage.lease);
    await listen(stage);
    assert.equal(stage.endingsOf(id).length, 1);
    const [ended] = stage.endingsOf(id);
    assert.equal(ended?.queue, lane.name);
    assert.equal(ended.name, 'crashes');
    assert.equal(ended.attempt, 1);
    assert.equal(ended.worker, 'dead');
    assert.deepEqual(ended.error, (await lane.record(id)).error);
    assert.equal(ended.cancelReason, undefined);
  });

  test('tells of it by a claim as well', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 0, maxStalled: 0 });
    await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await lane.take(1);
    assert.equal(stage.endingsOf(id).length, 1);
  });

  test(
    'tells once of each job whose dependency did not complete',
    { feature: 'dependencies' },
    async (stage) => {
      const lane = stage.lane();
      const parent = lane.job();
      const child = lane.job({ name: 'child', ...after([lane.ref(parent.id)]) });
      const grandchild = lane.job(after([lane.ref(child.id)]));
      await stage.queue.enqueue([parent, child, grandchild]);
      await lane.fail(await lane.takeOne());
      await listen(stage);
      assert.equal(stage.endingsOf(grandchild.id).length, 1);
      const [ended] = stage.endingsOf(child.id);
      assert.equal(ended?.name, 'child');
      assert.equal(ended.cancelReason, 'dependency-failed');
      assert.equal(ended.error, undefined);
      assert.deepEqual(stage.endingsOf(parent.id), [], 'its worker knows already');
    },
  );

  test(
    'tells by the sweep that ends a job of all that end by it, on whatever queues',
    { feature: 'dependencies' },
    async (stage) => {
      const [lane, second, third] = [stage.lane(), stage.lane(), stage.lane()];
      const parent = await lane.add({ maxRetries: 0, maxStalled: 0 });
      const child = await second.add(after([lane.ref(parent)]));
      const grandchild = await third.add(after([second.ref(child)]));
      await lane.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease);
      await stage.queue.recover();
      for (const id of [parent, child, grandchild]) assert.equal(stage.endingsOf(id).length, 1);
    },
  );

  for (const outcome of AS_IF_TO_RUN_AGAIN) {
    const title = `tells once, by that claim, of a job whose cancel was requested and that is settled as ${outcome.kind}`;
    test(title, { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ name: 'stops' });
      const job = await lane.takeOne({ worker: 'last' });
      await stage.queue.cancel([lane.ref(id)], 'no need');
      const settle = [{ receipt: job.receipt, outcome }];
      await stage.queue.claim({ worker: 'last', lease: stage.lease, take: [], settle });
      assert.equal(stage.endingsOf(id).length, 1);
      await listen(stage);
      const [ended, ...more] = stage.endingsOf(id);
      assert.deepEqual(more, []);
      assert.equal(ended?.name, 'stops');
      assert.equal(ended.worker, 'last');
      assert.equal(ended.cancelReason, 'no need');
      assert.equal(ended.error, undefined);
    });
  }

  test('tells nothing of what a worker settled', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(2);
    const [done, dead] = await lane.take(2);
    assert.ok(done && dead);
    await lane.complete(done);
    await lane.fail(dead);
    await listen(stage);
    for (const id of ids) assert.deepEqual(stage.endingsOf(id), []);
  });

  test('tells nothing of a job that will run again', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await listen(stage);
    assert.deepEqual(stage.endingsOf(id), []);
  });
});
