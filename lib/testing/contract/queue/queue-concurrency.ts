import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const queueConcurrency = topic(
  'concurrency of a queue',
  (test) => {
    test('runs no more at once than it may, and says so', async (stage) => {
      const lane = stage.lane({ concurrency: 2 });
      await lane.addMany(5);
      const first = await lane.claim(5);
      assert.equal(first.jobs.length, 2);
      const { jobs, limited } = await lane.claim(5);
      assert.deepEqual(jobs, []);
      assert.deepEqual(
        limited?.map(({ queue, by }) => [queue, by]),
        [[lane.name, 'concurrency']],
      );
    });

    test('hands out another in the step that settles one', async (stage) => {
      const lane = stage.lane({ concurrency: 2 });
      await lane.addMany(5);
      const [job] = await lane.take(5);
      assert.ok(job);
      const settle = [{ receipt: job.receipt, outcome: { kind: 'completed' } as const }];
      assert.equal((await lane.claim(5, { settle })).jobs.length, 1);
    });

    test('has room again however a run ends', async (stage) => {
      const lane = stage.lane({ concurrency: 1 });
      await lane.addMany(5);
      await lane.complete(await lane.takeOne());
      await lane.fail(await lane.takeOne());
      await lane.retry(await lane.takeOne(), 60_000);
      await lane.release(await lane.takeOne(), { in: 60_000 });
      await lane.settle(await lane.takeOne(), { kind: 'cancelled', reason: 'enough' });
      assert.deepEqual(await lane.takeIds(1), []);
    });

    test('has room again when a lease is lost', async (stage) => {
      const lane = stage.lane({ concurrency: 1 });
      await lane.addMany(2);
      await lane.takeOne({ lease: stage.lease });
      assert.deepEqual(await lane.takeIds(2), []);
      await stage.pass(stage.lease);
      assert.equal((await lane.take(2)).length, 1);
    });

    test('gives no room for a late verdict', async (stage) => {
      const lane = stage.lane({ concurrency: 1 });
      await lane.addMany(3);
      const zombie = await lane.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease);
      await lane.takeOne();
      await lane.complete(zombie);
      await lane.complete(zombie);
      assert.deepEqual(await lane.takeIds(2), []);
    });

    test('counts over all who claim at once', async (stage) => {
      const lane = stage.lane({ concurrency: 3 });
      await lane.addMany(20);
      const claims = await Promise.all(
        Array.from({ length: 6 }, (_, worker) => lane.take(2, { worker: `worker-${worker}` })),
      );
      assert.equal(claims.flat().length, 3);
    });

    test(
      'counts a job that is cancelled while it runs until it ends',
      { feature: 'cancel' },
      async (stage) => {
        const lane = stage.lane({ concurrency: 1 });
        await lane.addMany(2);
        const job = await lane.takeOne();
        await stage.queue.cancel([job], 'stop it');
        assert.deepEqual(await lane.takeIds(1), []);
        await lane.release(job);
        assert.equal((await lane.take(2)).length, 1);
      },
    );

    test('goes by the latest declaration', async (stage) => {
      const lane = stage.lane({ concurrency: 1 });
      await lane.addMany(10);
      assert.equal((await lane.take(10)).length, 1);
      lane.declare({ concurrency: 3 });
      assert.equal((await lane.take(10)).length, 2);
      lane.declare({ concurrency: 2 });
      assert.equal((await lane.take(10)).length, 0);
      lane.declare();
      assert.equal((await lane.take(10)).length, 7);
    });

    test('holds up no other queue', async (stage) => {
      const [narrow, wide] = [stage.lane({ concurrency: 1 }), stage.lane()];
      await narrow.addMany(2);
      await wide.addMany(2);
      const take = [narrow, wide].map(({ name }) => ({ queue: name, limit: 5 }));
      const { jobs } = await stage.queue.claim({ worker: 'worker', lease: 60_000, take });
      assert.equal(jobs.length, 3);
    });

    test('does not say that it is limited when it has nothing more to give', async (stage) => {
      const lane = stage.lane({ concurrency: 2 });
      await lane.addMany(2);
      await lane.take(2);
      const { limited } = await lane.claim(5);
      assert.deepEqual(limited ?? [], []);
    });
  },
  'queueConcurrency',
);
