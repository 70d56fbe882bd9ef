import assert from 'node:assert/strict';
import type { Lane } from '../lane.js';
import type { Stage } from '../stage.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

/** A worker takes the next job and is never heard of again. */
async function loseLease(stage: Stage, lane: Lane): Promise<void> {
  await lane.takeOne({ lease: stage.lease });
  await stage.pass(stage.lease);
  await stage.queue.recover();
}

export const leases = topic('leases and recovery', (test) => {
  test('hands a job out again when its lease runs out', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.takeOne({ lease: stage.lease, worker: 'dead' });
    assert.deepEqual(await lane.takeIds(1), []);
    await stage.pass(stage.lease);
    const job = await lane.takeOne({ worker: 'alive' });
    assert.equal(job.id, id);
    assert.equal(job.stalls, 1);
    assert.equal((await lane.record(id)).worker, 'alive');
  });

  test('finds lost leases by recover, and says how many', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(3);
    await lane.take(2, { lease: stage.lease });
    await stage.pass(stage.lease);
    assert.equal((await stage.queue.recover()).recovered, 2);
    assert.equal((await stage.queue.recover()).recovered, 0);
    const counts = await lane.counts();
    assert.deepEqual([counts.pending, counts.running], [3, 0]);
    sameMembers(await lane.takeIds(5), ids);
  });

  test('says after recover when the next lease could run out', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    await lane.take(1, { lease: 5_000 });
    const { nextInMs } = await stage.queue.recover();
    assert.ok(nextInMs !== undefined && nextInMs <= 5_000, `nextInMs is ${nextInMs}`);
  });

  test('requeues a job at its first lost lease, even when no attempt is left', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 0 });
    await loseLease(stage, lane);
    const record = await lane.record(id);
    assert.equal(record.state, 'pending');
    assert.equal(record.stalls, 1);
    assert.equal((await lane.takeOne()).attempt, 2);
  });

  test('makes a dead letter of a later lost lease when no attempt is left', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 0 });
    await loseLease(stage, lane);
    await loseLease(stage, lane);
    const record = await lane.record(id);
    assert.equal(record.state, 'failed');
    assert.equal(record.stalls, 2);
    assert.equal(record.attempt, 2);
  });

  test('lets a job wait two seconds after its second lost lease', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await loseLease(stage, lane);
    const claimed = stage.elapsed();
    await loseLease(stage, lane);
    const record = await lane.record(id);
    assert.equal(record.state, 'retrying');
    assert.equal(record.stalls, 2);
    const wait = (record.dueAt as number) - (record.startedAt as number);
    const passed = stage.elapsed() - claimed;
    assert.ok(
      wait >= stage.lease + 2_000 - 5 && wait <= passed + 2_000 + 5,
      `due ${wait} ms after its claim`,
    );
    assert.deepEqual(await lane.takeIds(1), []);
  });

  test('doubles that wait with each further one, up to a minute', { time: 600_000 }, async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 20, maxStalled: 20 });
    await loseLease(stage, lane);
    for (const seconds of [2, 4, 8, 16, 32, 60, 60]) {
      await loseLease(stage, lane);
      assert.equal(await lane.state(id), 'retrying');
      await stage.pass(seconds * 1_000 - 1);
      assert.deepEqual(await lane.takeIds(1), [], `not before ${seconds} s`);
      await stage.pass(1);
    }
    assert.deepEqual(await lane.takeIds(1), [id]);
  });

  test('makes a dead letter of a job that stalled too often, whatever attempts are left', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ maxRetries: 20, maxStalled: 2 });
    await loseLease(stage, lane);
    await loseLease(stage, lane);
    const record = await lane.record(id);
    assert.equal(record.state, 'failed');
    assert.equal(record.error?.code, 'TASKS_STALLED');
    assert.equal(record.stalls, 2);
    assert.deepEqual(await lane.takeIds(1), []);
  });

  test(
    'makes a dead letter of the third lost lease unless told otherwise',
    { time: 10_000 },
    async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ maxRetries: 20 });
      await loseLease(stage, lane);
      await loseLease(stage, lane);
      await stage.pass(2_000);
      await loseLease(stage, lane);
      assert.equal((await lane.record(id)).error?.code, 'TASKS_STALLED');
    },
  );

  test('lets attempts alone decide where the stalls are not counted', async (stage) => {
    const lane = stage.lane();
    const [last, more] = await lane.addAll([
      { maxRetries: 0, maxStalled: 0 },
      { maxRetries: 5, maxStalled: 0 },
    ]);
    await lane.take(2, { lease: stage.lease });
    await stage.pass(stage.lease);
    await stage.queue.recover();
    assert.equal(await lane.state(last as string), 'failed');
    assert.equal(await lane.state(more as string), 'pending');
  });

  test('loses the lease of one job without touching another', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(2);
    const lost = await lane.takeOne({ lease: stage.lease });
    const kept = await lane.takeOne();
    await stage.pass(stage.lease);
    assert.deepEqual(await lane.takeIds(5), [lost.id]);
    assert.equal(await lane.complete(kept), 'applied');
  });
});
