import assert from 'node:assert/strict';
import type { Lane } from '../lane.js';
import { inPromisedOrder } from '../promised-order.js';
import { topic } from '../topic.js';

/** A job that failed in its second run. */
async function aDeadLetter(lane: Lane): Promise<string> {
  const id = await lane.add({ payload: '"wrong"' });
  await lane.retry(await lane.takeOne(), 0);
  await lane.fail(await lane.takeOne(), 'wrong payload');
  return id;
}

export const deadLetters = topic('dead letters', (test) => {
  test('puts a dead letter back as if it were new, but for its fence', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    const { fence } = await lane.record(id);
    assert.deepEqual(await stage.queue.retryDead([lane.ref(id)]), ['retried']);
    const record = await lane.record(id);
    assert.equal(record.state, 'pending');
    assert.equal(record.attempt, 0);
    assert.equal(record.stalls, 0);
    assert.equal(record.replays, 1);
    assert.ok(BigInt(record.fence) >= BigInt(fence));
    const job = await lane.takeOne();
    assert.equal(job.id, id);
    assert.equal(job.attempt, 1);
    assert.equal(job.extra?.replays, 1);
    assert.equal(job.payload, '"wrong"');
  });

  test('runs it with a corrected payload', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    await stage.queue.retryDead([lane.ref(id)], { payload: '"right"' });
    assert.equal((await lane.record(id)).payload, '"right"');
    assert.equal((await lane.takeOne()).payload, '"right"');
  });

  test('runs it later when told so', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    await stage.queue.retryDead([lane.ref(id)], { delay: 300 });
    assert.equal(await lane.state(id), 'scheduled');
    assert.deepEqual(await lane.takeIds(1), []);
    await stage.pass(300);
    assert.deepEqual(await stage.dueIds(lane, 1), [id]);
  });

  test('counts how often it was put back', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    for (const replays of [1, 2, 3]) {
      await stage.queue.retryDead([lane.ref(id)]);
      const job = await lane.takeOne();
      assert.equal(job.extra?.replays, replays);
      await lane.fail(job);
    }
  });

  test('puts back a job that stalled too often, its stalls forgotten', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxStalled: 1, maxRetries: 0 });
    await lane.takeOne({ lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    assert.equal((await lane.record(id)).error?.code, 'TASKS_STALLED');
    assert.deepEqual(await stage.queue.retryDead([lane.ref(id)]), ['retried']);
    const job = await lane.takeOne();
    assert.deepEqual([job.attempt, job.stalls], [1, 0]);
  });

  test('leaves alone what is no dead letter', async (stage) => {
    const lane = stage.lane();
    const done = await lane.add({ priority: 9 });
    await lane.complete(await lane.takeOne());
    const runs = await lane.add({ priority: 8 });
    await lane.takeOne();
    const waits = await lane.add();
    const refs = [done, runs, waits, stage.random.jobId()].map((id) => lane.ref(id));
    assert.deepEqual(await stage.queue.retryDead(refs, { payload: '"no"' }), [
      'not-dead',
      'not-dead',
      'not-dead',
      'unknown',
    ]);
    assert.notEqual((await lane.record(waits)).payload, '"no"');
  });

  test('puts a dead letter back once, although it is asked twice', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    const ref = lane.ref(id);
    assert.deepEqual(await stage.queue.retryDead([ref, ref]), ['retried', 'not-dead']);
    assert.deepEqual(await stage.queue.retryDead([ref]), ['not-dead']);
    assert.equal((await lane.record(id)).replays, 1);
    assert.deepEqual(await lane.takeIds(5), [id]);
  });

  test('puts a dead letter back once, although many ask at once', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    const verdicts = await Promise.all(
      Array.from({ length: 10 }, () => stage.queue.retryDead([lane.ref(id)])),
    );
    assert.equal(verdicts.flat().filter((verdict) => verdict === 'retried').length, 1);
    assert.equal((await lane.record(id)).replays, 1);
    assert.deepEqual(await lane.takeIds(5), [id]);
  });

  test('puts several back in the order in which they are named', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(3);
    for (const job of await lane.take(3)) await lane.fail(job);
    const named = stage.random.shuffle(ids);
    await stage.queue.retryDead(named.map((id) => lane.ref(id)));
    const taken = await lane.drain();
    inPromisedOrder(stage, taken, named);
  });

  test('is no dead letter any more once it is removed', async (stage) => {
    const lane = stage.lane();
    const id = await aDeadLetter(lane);
    assert.equal(await stage.queue.remove([lane.ref(id)]), 1);
    assert.deepEqual(await stage.queue.retryDead([lane.ref(id)]), ['unknown']);
  });
});
