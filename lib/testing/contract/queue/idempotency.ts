import assert from 'node:assert/strict';
import type { NewJob } from '../../../contract/index.js';
import { isExisting } from '../rejects.js';
import { topic } from '../topic.js';

const once = (key = 'order-17', ttl = 60_000): Pick<NewJob, 'idempotency'> => ({ idempotency: { key, ttl } });

export const idempotency = topic(
  'idempotency',
  (test) => {
    test('gives back the job that has the key, as it was', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...once(), payload: '"first"' });
      isExisting(await lane.offer({ ...once(), payload: '"second"', priority: 20 }), id);
      const record = await lane.record(id);
      assert.equal(record.payload, '"first"');
      assert.equal(record.priority, 5);
      assert.equal(record.idempotencyKey, 'order-17');
      assert.equal((await lane.counts()).pending, 1);
    });

    test('finds the key within one call', async (stage) => {
      const lane = stage.lane();
      const jobs = [lane.job(once()), lane.job(once('other')), lane.job(once())];
      const verdicts = await stage.queue.enqueue(jobs);
      assert.deepEqual(
        verdicts.map((verdict) => verdict.status),
        ['created', 'created', 'existing'],
      );
      isExisting(verdicts[2], jobs[0]?.id as string);
    });

    test('lets one of many calls at once make the job', async (stage) => {
      const lane = stage.lane();
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => lane.offer(once())));
      const created = verdicts.filter((verdict) => verdict.status === 'created');
      assert.equal(created.length, 1);
      assert.equal(new Set(verdicts.map((verdict) => 'id' in verdict && verdict.id)).size, 1);
    });

    test('counts by queue', async (stage) => {
      const [mail, reports] = [stage.lane(), stage.lane()];
      await mail.add(once());
      await reports.add(once());
    });

    test('counts over task names', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...once(), name: 'send' });
      isExisting(await lane.offer({ ...once(), name: 'resend' }), id);
    });

    test('holds while the job is delayed and while it runs', async (stage) => {
      const lane = stage.lane();
      const delayed = await lane.add({ ...once('a'), delay: 60_000 });
      const running = await lane.add(once('b'));
      await lane.takeOne();
      isExisting(await lane.offer(once('a')), delayed);
      isExisting(await lane.offer(once('b')), running);
    });

    test('holds when the job has completed, and when it has failed', async (stage) => {
      const lane = stage.lane();
      const completed = await lane.add(once('a'));
      await lane.complete(await lane.takeOne());
      const failed = await lane.add(once('b'));
      await lane.fail(await lane.takeOne());
      isExisting(await lane.offer(once('a')), completed);
      isExisting(await lane.offer(once('b')), failed);
      assert.deepEqual(await lane.takeIds(1), []);
    });

    test('holds when the job is no longer kept', async (stage) => {
      const lane = stage.lane({ retention: { completedTtl: 100 } });
      const id = await lane.add(once());
      await lane.complete(await lane.takeOne());
      await stage.pass(150);
      await stage.queue.recover();
      assert.equal(await lane.find(id), undefined);
      isExisting(await lane.offer(once()), id);
    });

    test('ends with its time to live, counted from the first enqueue', async (stage) => {
      const lane = stage.lane();
      const first = await lane.add(once('key', 600));
      await stage.pass(300);
      isExisting(await lane.offer(once('key', 600)), first);
      await stage.pass(350);
      const second = await lane.add(once('key', 60_000));
      isExisting(await lane.offer(once('key')), second);
      assert.equal((await lane.counts()).pending, 2);
    });

    test('is freed by a cancel', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add(once());
      await stage.queue.cancel([lane.ref(id)], 'again, please');
      await lane.add(once());
    });

    test('is freed when a running job ends as cancelled', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add(once());
      const job = await lane.takeOne();
      await stage.queue.cancel([job], 'again, please');
      isExisting(await lane.offer(once()), id);
      await lane.release(job);
      await lane.add(once());
    });

    test('is freed by a remove, whatever had become of the job', async (stage) => {
      const lane = stage.lane();
      const [waits, done] = await lane.addAll([
        { ...once('a'), priority: 0 },
        { ...once('b'), priority: 1 },
      ]);
      await lane.complete(await lane.takeOne());
      assert.equal(await stage.queue.remove([waits, done].map((id) => lane.ref(id as string))), 2);
      await lane.addAll([once('a'), once('b')]);
    });

    test('is freed by a clear', async (stage) => {
      const lane = stage.lane();
      await lane.add(once());
      await stage.queue.clear(lane.name, ['pending']);
      await lane.add(once());
    });

    test(
      'is not freed for the next holder by what becomes of the last',
      { feature: 'cancel' },
      async (stage) => {
        const lane = stage.lane();
        const first = await lane.add(once());
        await stage.queue.cancel([lane.ref(first)], 'again, please');
        const second = await lane.add(once());
        await stage.queue.remove([lane.ref(first)]);
        isExisting(await lane.offer(once()), second);
      },
    );

    test('goes with the dead letter that is retried', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add(once());
      await lane.fail(await lane.takeOne());
      await stage.queue.retryDead([lane.ref(id)]);
      isExisting(await lane.offer(once()), id);
    });
  },
  'idempotency',
);
