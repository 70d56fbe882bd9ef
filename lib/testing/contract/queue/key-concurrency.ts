import assert from 'node:assert/strict';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const keyConcurrency = topic(
  'concurrency of a key',
  (test) => {
    test('parks a job whose key has no slot, and lets other keys run', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [a1, a2, b1, none] = await lane.addAll([{ key: 'a' }, { key: 'a' }, { key: 'b' }, {}]);
      const record = await lane.record(a2 as string);
      assert.equal(record.state, 'pending');
      assert.equal(record.reason, 'key-concurrency');
      assert.equal(record.key, 'a');
      sameMembers(await lane.takeIds(10), [a1, b1, none]);
      assert.equal((await lane.counts()).pending, 1);
    });

    test('admits the next job of the key in the step that settles one', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [, second] = await lane.addMany(3, { key: 'a' });
      const { receipt } = await lane.takeOne();
      const { jobs } = await lane.claim(10, { settle: [{ receipt, outcome: { kind: 'completed' } }] });
      assert.deepEqual(
        jobs.map((job) => job.id),
        [second],
      );
    });

    test('gives an admitted job no reason any more', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [, second] = await lane.addMany(2, { key: 'a' });
      await lane.complete(await lane.takeOne());
      const record = await lane.record(second as string);
      assert.deepEqual([record.state, record.reason], ['pending', undefined]);
    });

    test('runs the jobs of a key in their order', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const ids = await lane.addMany(6, { key: 'a' });
      assert.deepEqual(await lane.drain(), ids);
    });

    test('runs as many of a key at once as it may', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 3 } });
      await lane.addMany(5, { key: 'a' });
      await lane.addMany(5, { key: 'b' });
      const jobs = await lane.take(20);
      for (const key of ['a', 'b']) {
        assert.equal(jobs.filter((job) => job.extra?.key === key).length, 3, `of key ${key}`);
      }
    });

    test('frees the slot however a run ends, and never two', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      await lane.addMany(6, { key: 'a' });
      const next = async () => {
        const jobs = await lane.take(10);
        assert.equal(jobs.length, 1);
        return jobs[0] as (typeof jobs)[number];
      };
      await lane.complete(await next());
      await lane.fail(await next());
      await lane.retry(await next(), 60_000);
      await lane.release(await next(), { in: 60_000 });
      await lane.settle(await next(), { kind: 'cancelled', reason: 'enough' });
      await next();
      assert.deepEqual(await lane.takeIds(10), []);
    });

    test('parks a retried job again when its slot was given on', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [first, second] = await lane.addMany(2, { key: 'a' });
      await lane.retry(await lane.takeOne(), 200);
      const job = await lane.takeOne();
      assert.equal(job.id, second);
      await stage.pass(250);
      await stage.queue.recover();
      assert.deepEqual(await lane.takeIds(10), []);
      assert.equal((await lane.record(first as string)).reason, 'key-concurrency');
      await lane.complete(job);
      assert.deepEqual(await lane.takeIds(10), [first]);
    });

    test('runs no more than it may after a lost lease', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const ids = await lane.addMany(3, { key: 'a' });
      const zombie = await lane.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease);
      const ran: string[] = [];
      for (let n = 0; n < 3; n++) {
        const jobs = await lane.take(10);
        assert.equal(jobs.length, 1);
        await lane.complete(zombie);
        assert.deepEqual(await lane.takeIds(10), [], 'a late verdict frees no slot');
        for (const job of jobs) {
          ran.push(job.id);
          await lane.complete(job);
        }
      }
      sameMembers(ran, ids);
    });

    test('frees the slot of a ready job that is cancelled', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [first, second] = await lane.addMany(2, { key: 'a' });
      await stage.queue.cancel([lane.ref(first as string)], 'no need');
      assert.deepEqual(await lane.takeIds(10), [second]);
    });

    test('frees the slot of a ready job that is removed', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [first, second] = await lane.addMany(2, { key: 'a' });
      await stage.queue.remove([lane.ref(first as string)]);
      assert.deepEqual(await lane.takeIds(10), [second]);
    });

    test('lets a parked job be cancelled and removed', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const [, second, third, fourth] = await lane.addMany(4, { key: 'a' });
      await stage.queue.cancel([lane.ref(second as string)], 'no need');
      assert.equal(await stage.queue.remove([lane.ref(third as string)]), 1);
      await lane.complete(await lane.takeOne());
      assert.deepEqual(await lane.takeIds(10), [fourth]);
      assert.deepEqual(await lane.takeIds(10), []);
    });

    test('counts a delayed job when it comes due', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const late = await lane.add({ key: 'a', delay: 200 });
      const now = await lane.add({ key: 'a' });
      assert.deepEqual(await lane.takeIds(10), [now]);
      await stage.pass(250);
      assert.deepEqual(await lane.takeIds(10), []);
      assert.equal((await lane.record(late)).reason, 'key-concurrency');
    });

    test('gives a key the limits of its own that it is declared with', async (stage) => {
      const overrides = { large: { concurrency: 3 }, free: {} };
      const lane = stage.lane({ perKey: { concurrency: 1, overrides } });
      for (const key of ['small', 'large', 'free']) await lane.addMany(5, { key });
      const jobs = await lane.take(20);
      const ran = ['small', 'large', 'free'].map(
        (key) => jobs.filter((job) => job.extra?.key === key).length,
      );
      assert.deepEqual(ran, [1, 3, 5]);
    });

    test('takes the limits of one key alone from what names no other', async (stage) => {
      const lane = stage.lane({ perKey: { overrides: { small: { concurrency: 1 } } } });
      for (const key of ['small', 'other', 'constructor']) await lane.addMany(3, { key });
      const jobs = await lane.take(20);
      const ran = ['small', 'other', 'constructor'].map(
        (key) => jobs.filter((job) => job.extra?.key === key).length,
      );
      assert.deepEqual(ran, [1, 3, 3]);
    });

    test('counts within one queue', async (stage) => {
      const [one, two] = [
        stage.lane({ perKey: { concurrency: 1 } }),
        stage.lane({ perKey: { concurrency: 1 } }),
      ];
      await one.add({ key: 'a' });
      await two.add({ key: 'a' });
      assert.equal((await one.take(1)).length + (await two.take(1)).length, 2);
    });

    test('lets many who claim at once run no more than it may', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 2 } });
      await lane.addMany(20, { key: 'a' });
      const claims = await Promise.all(
        Array.from({ length: 6 }, (_, worker) => lane.take(3, { worker: `worker-${worker}` })),
      );
      assert.equal(claims.flat().length, 2);
    });
  },
  'keyLimits',
);
