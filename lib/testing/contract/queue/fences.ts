import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const fences = topic('fences', (test) => {
  test('raises the fence at every claim, also where the attempt was given back', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    let last = -1n;
    for (const give of ['release', 'retry', 'release', 'retry'] as const) {
      const job = await lane.takeOne();
      assert.ok(BigInt(job.fence) > last, `${job.fence} is above ${last}`);
      last = BigInt(job.fence);
      await lane[give](job);
    }
  });

  test('raises the fence when a lease is lost, before anybody claims again', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    const { fence } = await lane.record(id);
    assert.ok(BigInt(fence) > BigInt(job.fence));
    assert.ok(BigInt((await lane.takeOne()).fence) > BigInt(fence));
  });

  test('tells the fence in the record of a running job', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    assert.equal((await lane.record(id)).fence, job.fence);
  });

  test('never restarts a fence: not for a dead letter that is retried', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.retry(await lane.takeOne(), 0);
    const job = await lane.takeOne();
    await lane.fail(job);
    await stage.queue.retryDead([lane.ref(id)]);
    assert.ok(BigInt((await lane.record(id)).fence) >= BigInt(job.fence));
    assert.ok(BigInt((await lane.takeOne()).fence) > BigInt(job.fence));
  });

  test('voids the verdict of a worker that lost its lease', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    const heir = await lane.takeOne();
    const before = await lane.record(id);
    assert.equal(await lane.complete(zombie, '"of a zombie"'), 'stale');
    assert.equal(await lane.fail(zombie), 'stale');
    assert.equal(await lane.retry(zombie), 'stale');
    assert.equal(await lane.release(zombie), 'stale');
    assert.deepEqual(await lane.record(id), before, 'nothing changed');
    assert.equal(await lane.complete(heir, '"of the heir"'), 'applied');
    assert.equal((await lane.record(id)).result, '"of the heir"');
  });

  test('voids a late verdict although nobody has claimed the job again', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    assert.equal(await lane.complete(zombie), 'stale');
    assert.equal(await lane.state(id), 'pending');
  });

  test('voids a late verdict although the heir has finished', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await lane.complete(await lane.takeOne(), '"of the heir"');
    assert.equal(await lane.complete(zombie, '"of a zombie"'), 'stale');
    assert.equal((await lane.record(id)).result, '"of the heir"');
  });

  for (const where of ['before', 'after'] as const) {
    test(`voids a late verdict that travels with the heir's, ${where} it`, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      const zombie = await lane.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease);
      const heir = await lane.takeOne();
      await lane.add();
      const bystander = await lane.takeOne();
      const runs = where === 'before' ? [zombie, heir, bystander] : [heir, zombie, bystander];
      const { verdicts } = await lane.claim(1, {
        settle: runs.map(({ receipt, fence }) => ({
          receipt,
          outcome: { kind: 'completed', result: fence },
        })),
      });
      assert.deepEqual(
        verdicts,
        runs.map((run) => (run === zombie ? 'stale' : 'applied')),
      );
      assert.equal((await lane.record(id)).result, heir.fence);
    });
  }

  test('writes nothing that travels with a late verdict', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    const next = lane.job();
    const more = { progress: { current: 9, total: 9 }, enqueue: [next] };
    assert.equal(await lane.settle(zombie, { kind: 'completed' }, more), 'stale');
    assert.equal((await lane.record(id)).progress, undefined);
    assert.equal(await lane.find(next.id), undefined);
  });

  test('says that it does not know a job that was removed after its lease was lost', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    assert.equal(await stage.queue.remove([lane.ref(id)]), 1);
    assert.equal(await lane.complete(zombie), 'unknown');
    assert.equal(await lane.note(zombie, { progress: { current: 1, total: 1 } }), 'unknown');
    assert.equal(await lane.find(id), undefined);
  });
});
