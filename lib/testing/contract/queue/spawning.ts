import assert from 'node:assert/strict';
import { topic } from '../topic.js';
import { after } from './dependencies.js';

export const spawning = topic('settlements that enqueue', (test) => {
  test('enqueues in the step that settles', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const { receipt } = await lane.takeOne();
    const next = lane.job({ payload: '"next"' });
    const settle = [{ receipt, outcome: { kind: 'completed' } as const, enqueue: [next] }];
    const { jobs } = await lane.claim(5, { settle });
    assert.deepEqual(
      jobs.map(({ id, payload }) => [id, payload]),
      [[next.id, '"next"']],
    );
  });

  test('enqueues on other queues, and with a delay', async (stage) => {
    const [lane, other] = [stage.lane(), stage.lane()];
    await lane.add();
    const [now, later] = [other.job(), other.job({ delay: 60_000 })];
    await lane.settle(await lane.takeOne(), { kind: 'completed' }, { enqueue: [now, later] });
    const { pending, scheduled } = await other.counts();
    assert.deepEqual([pending, scheduled], [1, 1]);
  });

  test('enqueues with whatever outcome', async (stage) => {
    const [lane, other] = [stage.lane(), stage.lane()];
    await lane.add();
    await lane.settle(
      await lane.takeOne(),
      { kind: 'released', countAttempt: false },
      { enqueue: [other.job()] },
    );
    const error = { name: 'Error', message: 'broke' };
    await lane.settle(await lane.takeOne(), { kind: 'failed', error }, { enqueue: [other.job()] });
    assert.equal((await other.counts()).pending, 2);
  });

  test('enqueues once, however often the settlement is sent', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const job = await lane.takeOne();
    const next = lane.job();
    assert.equal(await lane.settle(job, { kind: 'completed' }, { enqueue: [next] }), 'applied');
    assert.equal(await lane.settle(job, { kind: 'completed' }, { enqueue: [next] }), 'already-applied');
    assert.equal((await lane.counts()).pending, 1);
  });

  test('enqueues nothing with a verdict that comes too late', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    const next = lane.job();
    assert.equal(await lane.settle(zombie, { kind: 'completed' }, { enqueue: [next] }), 'stale');
    assert.equal(await lane.find(next.id), undefined);
  });

  test(
    'says which of them it could not enqueue, and keeps the settlement',
    { feature: 'dependencies' },
    async (stage) => {
      const lane = stage.lane();
      const ids = await lane.addMany(2);
      const [first, second] = await lane.take(2);
      assert.ok(first && second);
      const orphan = lane.job(after([lane.ref(stage.random.jobId())]));
      const sound = lane.job();
      const { verdicts, refused } = await lane.claim(0, {
        settle: [
          { receipt: first.receipt, outcome: { kind: 'completed' } },
          { receipt: second.receipt, outcome: { kind: 'completed' }, enqueue: [sound, orphan] },
        ],
      });
      assert.deepEqual(verdicts, ['applied', 'applied']);
      assert.equal(refused?.length, 1);
      const [{ settlement, place, id, code } = assert.fail('it is told')] = refused ?? [];
      assert.deepEqual([settlement, place, id, code], [1, 1, orphan.id, 'TASKS_DEPENDENCY_UNKNOWN']);
      for (const done of ids) assert.equal(await lane.state(done), 'completed');
      assert.equal(await lane.state(sound.id), 'pending');
    },
  );

  test('is not held up by a full queue', async (stage) => {
    const [lane, full] = [stage.lane(), stage.lane({ maxSize: 1 })];
    await full.add();
    await lane.add();
    const next = full.job();
    await lane.settle(await lane.takeOne(), { kind: 'completed' }, { enqueue: [next] });
    assert.equal(await full.state(next.id), 'pending');
    assert.equal((await full.counts()).pending, 2);
  });

  test('keeps to idempotency keys', { feature: 'idempotency' }, async (stage) => {
    const lane = stage.lane();
    const idempotency = { key: 'once', ttl: 60_000 };
    const id = await lane.add({ priority: 9 });
    const job = await lane.takeOne();
    const holder = await lane.add({ idempotency });
    await lane.settle(job, { kind: 'completed' }, { enqueue: [lane.job({ idempotency })] });
    assert.equal(await lane.state(id), 'completed');
    assert.deepEqual(await lane.takeIds(5), [holder]);
  });

  test('enqueues jobs that depend on one another', { feature: 'dependencies' }, async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const parent = lane.job();
    const child = lane.job(after([lane.ref(parent.id)]));
    await lane.settle(await lane.takeOne(), { kind: 'completed' }, { enqueue: [child, parent] });
    assert.deepEqual(await lane.drain(), [parent.id, child.id]);
  });
});
