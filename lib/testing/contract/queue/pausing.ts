import assert from 'node:assert/strict';
import { inPromisedOrder } from '../promised-order.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const pausing = topic(
  'pause',
  (test) => {
    test('hands out nothing of a paused queue, and says why', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await stage.queue.pause(lane.name);
      const { jobs, limited } = await lane.claim(5);
      assert.deepEqual(jobs, []);
      assert.deepEqual(
        limited?.map(({ queue, by }) => [queue, by]),
        [[lane.name, 'paused']],
      );
      const record = await lane.record(id);
      assert.equal(record.state, 'pending');
      assert.equal(record.reason, 'paused');
    });

    test('hands everything out, in order, once it is resumed', async (stage) => {
      const lane = stage.lane();
      const first = await lane.add();
      await stage.queue.pause(lane.name);
      const second = await lane.add();
      await stage.queue.resume(lane.name);
      assert.equal((await lane.record(first)).reason, undefined);
      const taken = await lane.drain();
      inPromisedOrder(stage, taken, [first, second]);
    });

    test('takes jobs while it is paused, and leaves other queues alone', async (stage) => {
      const [paused, other] = [stage.lane(), stage.lane()];
      await stage.queue.pause(paused.name);
      await paused.add();
      const id = await other.add();
      const take = [paused, other].map(({ name }) => ({ queue: name, limit: 5 }));
      const { jobs } = await stage.queue.claim({ worker: 'worker', lease: 60_000, take });
      assert.deepEqual(
        jobs.map((job) => job.id),
        [id],
      );
      assert.equal((await paused.counts()).pending, 1);
    });

    test('lets what runs go on to its end', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(2);
      const [done, back] = await lane.take(2);
      assert.ok(done && back);
      await stage.queue.pause(lane.name);
      assert.equal(await lane.complete(done), 'applied');
      assert.equal(await lane.release(back), 'applied');
      assert.deepEqual(await lane.takeIds(5), []);
      await stage.queue.resume(lane.name);
      assert.deepEqual(await lane.takeIds(5), [back.id]);
    });

    test('does not hand out what comes due, or loses its lease, while paused', async (stage) => {
      const lane = stage.lane();
      const stalled = await lane.add();
      await lane.takeOne({ lease: stage.lease });
      const due = await lane.add({ delay: 200 });
      await stage.queue.pause(lane.name);
      await stage.pass(stage.lease);
      await stage.queue.recover();
      assert.deepEqual(await lane.takeIds(5), []);
      await stage.queue.resume(lane.name);
      sameMembers(await lane.takeIds(5), [stalled, due]);
    });

    test('hands out nothing by id either', { feature: 'claimById' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await stage.queue.pause(lane.name);
      assert.deepEqual(await lane.takeIds(1, { ids: [id] }), []);
    });

    test('is resumed by one resume, however often it was paused', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      await stage.queue.pause(lane.name);
      await stage.queue.pause(lane.name);
      await stage.queue.resume(lane.name);
      await stage.queue.resume(lane.name);
      assert.deepEqual(await lane.takeIds(1), [id]);
    });

    test('stays paused when the queue is declared again', async (stage) => {
      const lane = stage.lane();
      await stage.queue.pause(lane.name);
      lane.declare({ maxSize: 10 });
      await lane.add();
      assert.deepEqual(await lane.takeIds(1), []);
    });

    test('does not say that it is limited when it has nothing to give', async (stage) => {
      const lane = stage.lane();
      await stage.queue.pause(lane.name);
      const { limited } = await lane.claim(5);
      assert.deepEqual(limited ?? [], []);
    });
  },
  'pause',
);
