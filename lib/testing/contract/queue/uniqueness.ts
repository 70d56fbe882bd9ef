import assert from 'node:assert/strict';
import type { NewJob } from '../../../contract/index.js';
import { inPromisedOrder } from '../promised-order.js';
import { isExisting, isReplaced } from '../rejects.js';
import { topic } from '../topic.js';

const keepFirst = (key = 'user-1'): Pick<NewJob, 'unique'> => ({ unique: { mode: 'keep-first', key } });
const replace = (key = 'user-1'): Pick<NewJob, 'unique'> => ({ unique: { mode: 'replace', key } });

export const keepingTheFirst = topic(
  'unique: keep the first',
  (test) => {
    test('gives back the unfinished job that has the key', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...keepFirst(), payload: '"first"' });
      isExisting(await lane.offer({ ...keepFirst(), payload: '"second"' }), id);
      const record = await lane.record(id);
      assert.equal(record.payload, '"first"');
      assert.equal(record.uniqueKey, 'user-1');
    });

    test('holds while the job runs, waits for its retry or is delayed', async (stage) => {
      const lane = stage.lane();
      const delayed = await lane.add({ ...keepFirst('delayed'), delay: 60_000 });
      const id = await lane.add(keepFirst());
      const job = await lane.takeOne();
      isExisting(await lane.offer(keepFirst()), id);
      await lane.retry(job, 60_000);
      isExisting(await lane.offer(keepFirst()), id);
      isExisting(await lane.offer(keepFirst('delayed')), delayed);
    });

    test('ends when the job has finished, in whatever way', async (stage) => {
      const lane = stage.lane();
      for (const end of ['complete', 'fail'] as const) {
        const id = await lane.add(keepFirst());
        assert.equal(await lane[end](await lane.takeOne()), 'applied');
        assert.notEqual(await lane.state(id), 'running');
      }
      const last = await lane.add(keepFirst());
      await stage.queue.remove([lane.ref(last)]);
      await lane.add(keepFirst());
    });

    test('ends when the job is cancelled', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add(keepFirst());
      await stage.queue.cancel([lane.ref(id)], 'again, please');
      await lane.add(keepFirst());
    });

    test('counts by queue, task and key', async (stage) => {
      const [one, two] = [stage.lane(), stage.lane()];
      await one.add({ ...keepFirst(), name: 'send' });
      await one.add({ ...keepFirst(), name: 'resend' });
      await one.add({ ...keepFirst('user-2'), name: 'send' });
      await two.add({ ...keepFirst(), name: 'send' });
    });

    test('lets one of many calls at once make the job', async (stage) => {
      const lane = stage.lane();
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => lane.offer(keepFirst())));
      assert.equal(verdicts.filter((verdict) => verdict.status === 'created').length, 1);
      assert.equal((await lane.counts()).pending, 1);
    });
  },
  'uniqueness',
);

export const replacing = topic(
  'unique: replace',
  (test) => {
    test('gives the waiting job the new payload, priority and delay', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...replace(), payload: '"first"', priority: 1 });
      const words = { payload: '"second"', codec: 'other', priority: 9, delay: 300 };
      isReplaced(await lane.offer({ ...replace(), ...words }), id);
      const record = await lane.record(id);
      assert.equal(record.state, 'scheduled');
      assert.equal(record.payload, '"second"');
      assert.equal(record.codec, 'other', 'a payload goes with its codec');
      assert.equal(record.priority, 9);
      assert.deepEqual(await lane.takeIds(5), []);
      await stage.pass(300);
      const job = await lane.takeOne();
      assert.equal(job.id, id);
      assert.equal(job.payload, '"second"');
      assert.equal(job.priority, 9);
      assert.deepEqual(await lane.takeIds(5), []);
    });

    test('makes a delayed job ready when the new one has no delay', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...replace(), delay: 200 });
      isReplaced(await lane.offer({ ...replace(), payload: '"now"' }), id);
      assert.equal(await lane.state(id), 'pending');
      const job = await lane.takeOne();
      assert.equal(job.payload, '"now"');
      await lane.complete(job);
      await stage.pass(250);
      await stage.queue.recover();
      assert.equal(await lane.state(id), 'completed', 'the old moment means nothing any more');
    });

    test('goes by the new priority', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...replace(), priority: 0 });
      const other = await lane.add({ priority: 5 });
      isReplaced(await lane.offer({ ...replace(), priority: 10 }), id);
      const taken = await lane.drain();
      inPromisedOrder(stage, taken, [id, other]);
    });

    test('replaces a job that waits for its retry', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ ...replace(), payload: '"first"' });
      await lane.retry(await lane.takeOne(), 60_000);
      isReplaced(await lane.offer({ ...replace(), payload: '"second"' }), id);
      assert.equal(await lane.state(id), 'pending');
      assert.equal((await lane.takeOne()).payload, '"second"');
    });

    test('leaves a running job alone', async (stage) => {
      const lane = stage.lane();
      const running = await lane.add({ ...replace(), payload: '"first"' });
      const job = await lane.takeOne();
      const verdict = await lane.offer({ ...replace(), payload: '"second"' });
      assert.equal(verdict.status, 'created', 'the new payload is not lost');
      const record = await lane.record(running);
      assert.equal(record.state, 'running');
      assert.equal(record.payload, '"first"');
      assert.equal(await lane.complete(job), 'applied');
      assert.equal((await lane.takeOne()).payload, '"second"');
    });

    test('makes a new job once the last has finished', async (stage) => {
      const lane = stage.lane();
      await lane.add(replace());
      await lane.complete(await lane.takeOne());
      await lane.add(replace());
    });

    test('finds no room to be full, since it takes none', async (stage) => {
      const lane = stage.lane({ maxSize: 1 });
      const id = await lane.add(replace());
      isReplaced(await lane.offer({ ...replace(), payload: '"second"' }), id);
    });
  },
  'uniqueness',
);
