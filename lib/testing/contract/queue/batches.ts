import assert from 'node:assert/strict';
import { inPromisedOrder } from '../promised-order.js';
import { isRefused } from '../rejects.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const batches = topic('batches', (test) => {
  test('refuses what has no room and keeps the rest', async (stage) => {
    const [small, wide] = [stage.lane({ maxSize: 2 }), stage.lane()];
    const jobs = [small.job(), wide.job(), small.job(), small.job(), wide.job()];
    const verdicts = await stage.queue.enqueue(jobs);
    assert.deepEqual(
      verdicts.map((verdict) => verdict.status),
      ['created', 'created', 'created', 'refused', 'created'],
    );
    isRefused(verdicts[3], 'TASKS_QUEUE_FULL');
    assert.equal(await small.find(jobs[3]?.id as string), undefined);
  });

  test('adds a thousand jobs in one call, in order', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(1_000);
    assert.equal((await lane.counts()).pending, 1_000);
    const taken = await lane.takeIds(1_000);
    assert.equal(new Set(taken).size, 1_000);
    inPromisedOrder(stage, taken, ids);
  });

  test('settles and takes a thousand jobs in one call', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(2_000);
    const first = await lane.take(1_000);
    const settle = first.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
    const { jobs, verdicts } = await lane.claim(1_000, { settle });
    assert.equal(jobs.length, 1_000);
    assert.ok(verdicts.every((verdict) => verdict === 'applied'));
    assert.equal((await lane.counts()).running, 1_000);
  });

  test('hands a batch to one of many who claim at once', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(40);
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, worker) => lane.takeIds(10, { worker: `worker-${worker}` })),
    );
    sameMembers(claims.flat(), ids, 'each job once, none left');
  });
});

export const atomicBatches = topic(
  'atomic batches',
  (test) => {
    test('adds all jobs of an atomic batch when none is refused', async (stage) => {
      const lane = stage.lane({ maxSize: 2 });
      const verdicts = await stage.queue.enqueue([lane.job(), lane.job()], { atomic: true });
      assert.deepEqual(
        verdicts.map((verdict) => verdict.status),
        ['created', 'created'],
      );
    });

    test('adds none of an atomic batch when one is refused', async (stage) => {
      const [small, wide] = [stage.lane({ maxSize: 1 }), stage.lane()];
      const jobs = [wide.job(), small.job(), small.job(), wide.job()];
      const verdicts = await stage.queue.enqueue(jobs, { atomic: true });
      isRefused(verdicts[2], 'TASKS_QUEUE_FULL');
      for (const place of [0, 1, 3]) isRefused(verdicts[place], 'TASKS_VALIDATION');
      const records = await stage.queue.get(jobs);
      assert.deepEqual(records, [undefined, undefined, undefined, undefined]);
      assert.equal((await wide.counts()).pending + (await small.counts()).pending, 0);
    });

    test('takes no key for a batch that was refused', { feature: 'idempotency' }, async (stage) => {
      const lane = stage.lane({ maxSize: 1 });
      const idempotency = { key: stage.name('key'), ttl: 60_000 };
      await stage.queue.enqueue([lane.job({ idempotency }), lane.job()], { atomic: true });
      const id = await lane.add({ idempotency });
      assert.equal((await lane.record(id)).idempotencyKey, idempotency.key);
    });

    test('takes no unique key for a batch that was refused', { feature: 'uniqueness' }, async (stage) => {
      const lane = stage.lane({ maxSize: 1 });
      const unique = { mode: 'keep-first', key: stage.name('key') } as const;
      await stage.queue.enqueue([lane.job({ unique }), lane.job()], { atomic: true });
      await lane.add({ unique });
    });
  },
  'atomicEnqueue',
);
