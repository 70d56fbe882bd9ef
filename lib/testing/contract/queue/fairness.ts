import assert from 'node:assert/strict';
import type { ClaimedJob } from '../../../contract/index.js';
import type { Lane } from '../lane.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

/** Keys of the next jobs, one a claim, as a worker with one slot would get them. */
async function nextKeys(lane: Lane, count: number): Promise<(string | undefined)[]> {
  const keys: (string | undefined)[] = [];
  for (let n = 0; n < count; n++) {
    const job = await lane.takeOne();
    keys.push(job.extra?.key);
    await lane.complete(job);
  }
  return keys;
}

const share = (keys: readonly (string | undefined)[], key: string) =>
  keys.filter((one) => one === key).length;

export const fairness = topic(
  'fair shares',
  (test) => {
    test('takes turns between keys, however many jobs each has', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(30, { key: 'large' });
      await lane.addMany(4, { key: 'small' });
      const keys = await nextKeys(lane, 10);
      assert.equal(share(keys, 'small'), 4, keys.join(' '));
    });

    test('lets a key that comes late wait a few jobs, not the backlog', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(60, { key: 'large' });
      await nextKeys(lane, 20);
      await lane.add({ key: 'late' });
      const keys = await nextKeys(lane, 4);
      assert.equal(share(keys, 'late'), 1, keys.join(' '));
    });

    test('lets a job without a key wait no longer than one of a key that comes late', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(60, { key: 'large' });
      await nextKeys(lane, 20);
      await lane.add();
      const keys = await nextKeys(lane, 4);
      assert.equal(keys.filter((key) => key === undefined).length, 1, keys.join(' '));
    });

    test('gives a key that was idle no advantage over the others for that', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(40, { key: 'large' });
      await nextKeys(lane, 20);
      await lane.addMany(10, { key: 'late' });
      const keys = await nextKeys(lane, 12);
      assert.ok(share(keys, 'late') <= 7 && share(keys, 'late') >= 5, keys.join(' '));
    });

    test('gives keys that come one after another no more than their shares', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(10, { key: 'patient' });
      await nextKeys(lane, 1);
      const late = Array.from({ length: 8 }, (_, n) => `late-${n}`);
      for (const key of late) await lane.addMany(6, { key, weight: 4 });
      const keys = await nextKeys(lane, 8 * 5);
      assert.ok(share(keys, 'patient') >= 1, keys.join(' '));
      for (const key of late) assert.ok(share(keys, key) >= 3, `${key}: ${keys.join(' ')}`);
    });

    test('gives a key that comes late no advantage by a job that is put back', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(40, { key: 'large' });
      const held = await lane.takeOne();
      await nextKeys(lane, 20);
      await lane.release(held);
      await lane.addMany(12, { key: 'late' });
      const keys = await nextKeys(lane, 10);
      assert.ok(share(keys, 'late') <= 6 && share(keys, 'late') >= 4, keys.join(' '));
    });

    test('gives jobs their place when they come due, not when they are enqueued', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(20, { key: 'sleeping', delay: 1_000 });
      await lane.addMany(10, { key: 'busy' });
      await lane.addMany(5, { key: 'sleeping' });
      const keys = await nextKeys(lane, 10);
      assert.equal(share(keys, 'sleeping'), 5, keys.join(' '));
    });

    test('shares by weight', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(40, { key: 'heavy', weight: 3 });
      await lane.addMany(40, { key: 'light', weight: 1 });
      const keys = await nextKeys(lane, 40);
      const heavy = share(keys, 'heavy');
      assert.ok(heavy >= 28 && heavy <= 32, `${heavy} of 40 for the key of weight 3`);
    });

    test('shares a single claim as fairly', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(30, { key: 'large' });
      await lane.addMany(5, { key: 'small' });
      const keys = (await lane.take(12)).map((job) => job.extra?.key);
      assert.equal(share(keys, 'small'), 5, keys.join(' '));
    });

    test('keeps the order within a key', async (stage) => {
      const lane = stage.lane();
      const first = await lane.addMany(5, { key: 'a' });
      const others = await lane.addMany(5, { key: 'b' });
      const taken = await lane.drain();
      assert.deepEqual(
        taken.filter((id) => first.includes(id)),
        first,
      );
      assert.deepEqual(
        taken.filter((id) => others.includes(id)),
        others,
      );
    });

    test('puts a job that is put back before a later one of its key, whichever has the lower id', async (stage) => {
      const lane = stage.lane();
      // The lower id is enqueued last, as by a process whose clock is behind.
      const [low = '', high = ''] = [lane.job().id, lane.job().id].toSorted();
      await lane.add({ key: 'b' });
      const earlier = await lane.add({ key: 'a', id: high });
      const jobs = await lane.take(2);
      for (const job of jobs) {
        if (job.id === earlier) await lane.release(job);
        else await lane.complete(job);
      }
      const later = await lane.add({ key: 'a', id: low });
      assert.deepEqual(await lane.drain(), [earlier, later]);
    });

    test('puts a job that is put back before a later one of its key, also when the line was empty meanwhile', async (stage) => {
      const lane = stage.lane();
      const [low = '', high = ''] = [lane.job().id, lane.job().id].toSorted();
      const earlier = await lane.add({ key: 'a', id: high });
      const [job] = await lane.take(5);
      await lane.release(job as ClaimedJob);
      const later = await lane.add({ key: 'a', id: low, weight: 4 });
      assert.deepEqual(await lane.drain(), [earlier, later]);
    });

    test('puts a job that is put back late before one of its key that came meanwhile', async (stage) => {
      const lane = stage.lane();
      const [first, second] = await lane.addMany(2, { key: 'a' });
      const jobs = await lane.take(5);
      const later = await lane.add({ key: 'a', weight: 4 });
      for (const job of jobs) await lane.release(job);
      assert.deepEqual(await lane.drain(), [first, second, later]);
    });

    test('puts priority before share', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(5, { key: 'small', priority: 0 });
      await lane.addMany(10, { key: 'large', priority: 9 });
      assert.equal(share(await nextKeys(lane, 10), 'large'), 10);
    });

    test('shares among many keys at once', async (stage) => {
      const lane = stage.lane();
      const keys = Array.from({ length: 12 }, (_, n) => `tenant-${n}`);
      for (const key of keys) await lane.addMany(3, { key });
      sameMembers(await nextKeys(lane, 12), keys, 'each key has its turn first');
    });
  },
  'fairness',
);
