import assert from 'node:assert/strict';
import type { NewJob } from '../../../contract/index.js';
import { isExisting, isReplaced } from '../rejects.js';
import { topic } from '../topic.js';

const throttled = (window: number, key = 'user-1'): Pick<NewJob, 'unique'> => ({
  unique: { mode: 'throttle', key, window },
});
const debounced = (window: number, maxWait?: number): Pick<NewJob, 'unique'> => ({
  unique: { mode: 'debounce', key: 'user-1', window, ...(maxWait !== undefined && { maxWait }) },
});

export const throttling = topic(
  'unique: throttle',
  (test) => {
    test('makes one job in each window, counted from the first', async (stage) => {
      const lane = stage.lane();
      const first = await lane.add(throttled(600));
      await stage.pass(300);
      isExisting(await lane.offer(throttled(600)), first);
      await stage.pass(350);
      const second = await lane.add(throttled(600));
      isExisting(await lane.offer(throttled(600)), second);
      assert.equal((await lane.counts()).pending, 2);
    });

    test('gives back the job of the window although it has finished', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...throttled(60_000), payload: '"first"' });
      await lane.complete(await lane.takeOne());
      isExisting(await lane.offer({ ...throttled(60_000), payload: '"second"' }), id);
      assert.deepEqual(await lane.takeIds(1), []);
    });

    test('counts by task and key', async (stage) => {
      const lane = stage.lane();
      await lane.add({ ...throttled(60_000), name: 'send' });
      await lane.add({ ...throttled(60_000, 'user-2'), name: 'send' });
      await lane.add({ ...throttled(60_000), name: 'resend' });
    });

    test('lets one of many calls at once make the job', async (stage) => {
      const lane = stage.lane();
      const verdicts = await Promise.all(Array.from({ length: 10 }, () => lane.offer(throttled(60_000))));
      assert.equal(verdicts.filter((verdict) => verdict.status === 'created').length, 1);
    });
  },
  'uniqueness',
);

export const debouncing = topic(
  'unique: debounce',
  (test) => {
    test('runs a window after the last enqueue, with its payload', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...debounced(600), payload: '"first"' });
      assert.equal(await lane.state(id), 'scheduled');
      await stage.pass(400);
      isReplaced(await lane.offer({ ...debounced(600), payload: '"second"' }), id);
      await stage.pass(400);
      assert.deepEqual(await lane.takeIds(1), [], 'a window after the first, not after the last');
      await stage.pass(250);
      const job = await lane.takeOne();
      assert.equal(job.id, id);
      assert.equal(job.payload, '"second"');
      assert.deepEqual(await lane.takeIds(1), []);
    });

    test('waits no longer than its maximum after the first', async (stage) => {
      const lane = stage.lane();
      const words = debounced(400, 700);
      const id = await lane.add({ ...words, payload: '"first"' });
      for (const payload of ['"second"', '"third"']) {
        await stage.pass(250);
        isReplaced(await lane.offer({ ...words, payload }), id);
      }
      const record = await lane.record(id);
      const wait = (record.dueAt as number) - record.createdAt;
      assert.ok(Math.abs(wait - 700) <= 5, `due ${wait} ms after its first enqueue`);
      await stage.pass(220);
      assert.equal((await lane.takeOne()).payload, '"third"');
    });

    test('begins anew once the job was handed out', async (stage) => {
      const lane = stage.lane();
      const first = await lane.add(debounced(200));
      await stage.pass(250);
      const job = await lane.takeOne();
      assert.equal(job.id, first);
      const second = await lane.add({ ...debounced(200), payload: '"next"' });
      assert.equal(await lane.state(second), 'scheduled');
      await lane.complete(job);
      await stage.pass(250);
      assert.deepEqual(await lane.takeIds(5), [second]);
    });

    test('makes one job of many calls at once', async (stage) => {
      const lane = stage.lane();
      const verdicts = await Promise.all(Array.from({ length: 10 }, () => lane.offer(debounced(60_000))));
      assert.equal(verdicts.filter((verdict) => verdict.status === 'created').length, 1);
      assert.equal((await lane.counts()).scheduled, 1);
    });
  },
  'uniqueness',
);
