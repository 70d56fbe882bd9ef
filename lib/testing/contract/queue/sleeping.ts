import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const sleeping = topic(
  'signals and sleep',
  (test) => {
    test('lets a job wait for a signal, and hands its value over', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      assert.equal(await lane.release(await lane.takeOne(), { awaits: 'approved' }), 'applied');
      const record = await lane.record(id);
      assert.equal(record.state, 'waiting');
      assert.equal(record.awaits, 'approved');
      assert.deepEqual(await lane.takeIds(1), []);
      await lane.signal(id, 'approved', '{"by":"ada"}');
      assert.equal(await lane.state(id), 'pending');
      const { extra } = await lane.takeOne();
      assert.equal(extra?.signals?.['approved']?.payload, '{"by":"ada"}');
    });

    test('keeps a signal that arrives before it is awaited', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.signal(id, 'approved', '"early"');
      const job = await lane.takeOne();
      await lane.release(job, { awaits: 'approved' });
      assert.equal(await lane.state(id), 'pending');
      assert.equal((await lane.takeOne()).extra?.signals?.['approved']?.payload, '"early"');
    });

    test('keeps a signal that arrives while the job runs', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      const job = await lane.takeOne();
      await lane.signal(id, 'approved', '"meanwhile"');
      assert.equal(await lane.state(id), 'running');
      await lane.release(job, { awaits: 'approved' });
      assert.equal((await lane.takeOne()).extra?.signals?.['approved']?.payload, '"meanwhile"');
    });

    test('wakes a job by the name that it waits for alone, and keeps the others', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.release(await lane.takeOne(), { awaits: 'approved' });
      await lane.signal(id, 'paid', '"50"');
      assert.equal(await lane.state(id), 'waiting');
      await lane.signal(id, 'approved', '"yes"');
      const { extra } = await lane.takeOne();
      const values = Object.entries(extra?.signals ?? {}).map(([name, { payload }]) => [name, payload]);
      assert.deepEqual(Object.fromEntries(values), { paid: '"50"', approved: '"yes"' });
    });

    test('keeps with a value the name of the codec that wrote it', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      const value = { payload: stage.random.bytes(20), codec: 'msgpack' };
      await stage.queue.signal(lane.ref(id), 'approved', value);
      const back = (await lane.takeOne()).extra?.signals?.['approved'];
      assert.equal(back?.codec, 'msgpack');
      assert.ok(Buffer.from(back.payload as Uint8Array).equals(Buffer.from(value.payload)));
    });

    test('ends one wait by one signal, and still shows its value', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.release(await lane.takeOne(), { awaits: 'approved' });
      await lane.signal(id, 'approved', '"first"');
      await lane.release(await lane.takeOne(), { awaits: 'approved' });
      assert.equal(await lane.state(id), 'waiting');
      await lane.signal(id, 'approved', '"second"');
      assert.equal((await lane.takeOne()).extra?.signals?.['approved']?.payload, '"second"');
    });

    test('keeps the latest value of each name', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.signal(id, 'price', '"1"');
      await lane.signal(id, 'price', '"2"');
      assert.equal((await lane.takeOne()).extra?.signals?.['price']?.payload, '"2"');
    });

    test('waits no longer than it was told', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.release(await lane.takeOne(), { awaits: 'approved', in: 300 });
      assert.equal(await lane.state(id), 'waiting');
      assert.deepEqual(await lane.takeIds(1), []);
      await stage.pass(300);
      const job = await lane.takeOne();
      assert.equal(job.id, id);
      assert.equal(job.extra?.signals?.['approved'], undefined);
    });

    test('says when such a wait is over', async (stage) => {
      const lane = stage.lane();
      await lane.add();
      await lane.release(await lane.takeOne(), { awaits: 'approved', in: 500 });
      const { nextInMs } = await lane.claim(1);
      assert.ok(nextInMs !== undefined && nextInMs <= 500, `nextInMs is ${nextInMs}`);
    });

    test('is awake for good after its signal, although it was also due later', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.release(await lane.takeOne(), { awaits: 'approved', in: 300 });
      await lane.signal(id, 'approved', '"yes"');
      await lane.complete(await lane.takeOne());
      await stage.pass(350);
      await stage.queue.recover();
      assert.equal(await lane.state(id), 'completed');
    });

    test('sleeps without a slot and without an attempt, with its checkpoint', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      const checkpoint = '{"step":"slept"}';
      await lane.release(await lane.takeOne(), { in: 300, checkpoint });
      const record = await lane.record(id);
      assert.equal(record.state, 'scheduled');
      assert.equal(record.attempt, 0);
      assert.equal(record.checkpoint, checkpoint);
      await stage.pass(300);
      const job = await lane.takeOne();
      assert.equal(job.attempt, 1);
      assert.equal(job.extra?.checkpoint, checkpoint);
    });

    test('cancels a job that waits for a signal', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.release(await lane.takeOne(), { awaits: 'approved' });
      assert.deepEqual(await stage.queue.cancel([lane.ref(id)], 'no answer'), ['cancelled']);
      await lane.signal(id, 'approved', '"too late"');
      assert.equal(await lane.state(id), 'cancelled');
    });

    test('ignores a signal to a job that has finished or is not there', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await lane.complete(await lane.takeOne());
      await lane.signal(id, 'approved', '"late"');
      await lane.signal(stage.random.jobId(), 'approved', '"nobody"');
      assert.equal(await lane.state(id), 'completed');
    });
  },
  'signals',
);
