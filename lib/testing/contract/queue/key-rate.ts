import assert from 'node:assert/strict';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const keyRate = topic(
  'rate limit of a key',
  (test) => {
    test('parks a job beyond the rate of its key, and lets other keys run', async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 1, per: 60_000 } } });
      const [a1, a2, b1, none] = await lane.addAll([{ key: 'a' }, { key: 'a' }, { key: 'b' }, {}]);
      const record = await lane.record(a2 as string);
      assert.equal(record.state, 'pending');
      assert.equal(record.reason, 'key-rate');
      sameMembers(await lane.takeIds(10), [a1, b1, none]);
    });

    test('lets the next one go when its moment comes', async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 1, per: 400 } } });
      const ids = await lane.addMany(3, { key: 'a' });
      assert.deepEqual(await lane.takeIds(10), [ids[0]]);
      for (const id of ids.slice(1)) {
        assert.deepEqual(await lane.takeIds(10), [], 'not before');
        await stage.pass(400);
        assert.deepEqual(await lane.takeIds(1), [id]);
      }
    });

    test('says when that is', async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 1, per: 500 } } });
      await lane.addMany(2, { key: 'a' });
      await lane.take(1);
      const { nextInMs } = await lane.claim(1);
      assert.ok(nextInMs !== undefined && nextInMs <= 500, `nextInMs is ${nextInMs}`);
    });

    test('lets a burst go at once, then one at a time', async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 2, per: 600 } } });
      await lane.addMany(4, { key: 'a' });
      assert.equal((await lane.take(10)).length, 2);
      await stage.pass(320);
      assert.equal((await lane.take(10)).length, 1);
      await stage.pass(320);
      assert.equal((await lane.take(10)).length, 1);
    });

    test('counts each key on its own', async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 2, per: 60_000 } } });
      for (const key of ['a', 'b', 'c']) await lane.addMany(3, { key });
      const jobs = await lane.take(20);
      for (const key of ['a', 'b', 'c'])
        assert.equal(jobs.filter((job) => job.extra?.key === key).length, 2, key);
    });

    test('keeps the order within a key', async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 1, per: 150 } } });
      const ids = await lane.addMany(4, { key: 'a' });
      const taken: string[] = [];
      for (let n = 0; n < 4; n++) {
        taken.push(...(await lane.takeIds(10)));
        await stage.pass(160);
      }
      assert.deepEqual(taken, ids);
    });

    test('leaves a parked job when it is cancelled', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane({ perKey: { rateLimit: { limit: 1, per: 300 } } });
      const [, second] = await lane.addMany(2, { key: 'a' });
      await stage.queue.cancel([lane.ref(second as string)], 'no need');
      await lane.take(1);
      await stage.pass(350);
      assert.deepEqual(await lane.takeIds(10), []);
    });

    test('gives a key the limits of its own that it is declared with', async (stage) => {
      const overrides = { large: { rateLimit: { limit: 3, per: 60_000 } }, free: {} };
      const lane = stage.lane({ perKey: { rateLimit: { limit: 1, per: 60_000 }, overrides } });
      for (const key of ['small', 'large', 'free']) await lane.addMany(5, { key });
      const jobs = await lane.take(20);
      const ran = ['small', 'large', 'free'].map(
        (key) => jobs.filter((job) => job.extra?.key === key).length,
      );
      assert.deepEqual(ran, [1, 3, 5]);
    });

    test('holds together with a concurrency of the key', async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1, rateLimit: { limit: 3, per: 60_000 } } });
      await lane.addMany(5, { key: 'a' });
      for (let n = 0; n < 3; n++) {
        const jobs = await lane.take(10);
        assert.equal(jobs.length, 1);
        await lane.complete(jobs[0] as (typeof jobs)[number]);
      }
      assert.deepEqual(await lane.takeIds(10), []);
    });
  },
  'keyLimits',
);
