import assert from 'node:assert/strict';
import { isUnsupported } from '../rejects.js';
import { topic } from '../topic.js';

const DAY = 86_400_000;

export const delays = topic('delays', (test) => {
  test('keeps a delayed job apart until it is due', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ delay: 400 });
    const record = await lane.record(id);
    assert.equal(record.state, 'scheduled');
    assert.ok(
      Math.abs((record.dueAt as number) - record.createdAt - 400) <= 5,
      'due 400 ms after its enqueue',
    );
    assert.equal((await lane.counts()).scheduled, 1);
    assert.deepEqual(await lane.takeIds(1), []);
    await stage.pass(400);
    assert.deepEqual(await stage.dueIds(lane, 1), [id]);
  });

  test('keeps a job until a moment by the clock of the store', async (stage) => {
    const lane = stage.lane();
    const { createdAt } = await lane.record(await lane.add());
    await lane.takeOne();
    const id = await lane.add({ dueAt: createdAt + 500 });
    const record = await lane.record(id);
    assert.equal(record.state, 'scheduled');
    assert.ok(Math.abs((record.dueAt as number) - createdAt - 500) <= 1, `due at ${record.dueAt}`);
    await stage.pass(500);
    assert.deepEqual(await stage.dueIds(lane, 2), [id]);
  });

  test('takes a moment that has passed as now', async (stage) => {
    const lane = stage.lane();
    const { createdAt } = await lane.record(await lane.add({ priority: 20 }));
    const id = await lane.add({ dueAt: createdAt - 60_000 });
    assert.equal(await lane.state(id), 'pending');
    assert.equal((await lane.takeIds(2))[1], id);
  });

  test('refuses a moment together with a delay, and one that is none', async (stage) => {
    const lane = stage.lane();
    for (const words of [
      { dueAt: 1, delay: 1 },
      { dueAt: Number.NaN },
      { dueAt: Number.POSITIVE_INFINITY },
    ]) {
      const verdict = await lane.offer(words);
      assert.equal(verdict.status === 'refused' && verdict.code, 'TASKS_VALIDATION');
    }
  });

  test('takes a delay of 0 as none', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ delay: 0 });
    assert.equal(await lane.state(id), 'pending');
    assert.deepEqual(await lane.takeIds(1), [id]);
  });

  test('never lets a job that is not due hold up one that is', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(5, { delay: 60_000, priority: 20 });
    const ready = await lane.add({ priority: 0 });
    assert.deepEqual(await lane.takeIds(5), [ready]);
  });

  test('says when the next job comes due', async (stage) => {
    const lane = stage.lane();
    await lane.addAll([{ delay: 60_000 }, { delay: 500 }, { delay: 30_000 }]);
    const { nextInMs } = await lane.claim(1);
    assert.ok(nextInMs !== undefined && nextInMs <= 500, `nextInMs is ${nextInMs}`);
    await stage.pass(nextInMs);
    assert.equal((await stage.due(lane, 1)).length, 1);
  });

  test('moves due jobs by recover, without a claim', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ delay: 200 });
    await stage.pass(200);
    await stage.queue.recover();
    const record = await lane.record(id);
    assert.equal(record.state, 'pending');
    assert.equal(record.dueAt, undefined);
  });

  test('is not deceived by a delay longer than a timer of Node', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ delay: Math.min(30 * DAY, stage.capabilities.maxDelay) });
    const { jobs, nextInMs } = await lane.claim(1);
    assert.deepEqual(jobs, []);
    assert.ok(nextInMs === undefined || nextInMs > 0);
    await stage.pass(50);
    await stage.queue.recover();
    assert.equal(await lane.state(id), 'scheduled');
  });

  test('hands out a job that was delayed by thirty days, in time', { time: 30 * DAY }, async (stage) => {
    const lane = stage.lane();
    const delay = Math.min(30 * DAY, stage.capabilities.maxDelay);
    const id = await lane.add({ delay });
    await stage.pass(delay - 1);
    assert.deepEqual(await lane.takeIds(1), []);
    await stage.pass(1);
    assert.deepEqual(await lane.takeIds(1), [id]);
  });

  test('keeps to the longest delay that it declares', async (stage) => {
    const lane = stage.lane();
    const { maxDelay } = stage.capabilities;
    if (maxDelay >= Number.MAX_SAFE_INTEGER / 4) {
      await lane.add({ delay: 3_650 * DAY });
      return;
    }
    const longest = await lane.add({ delay: maxDelay });
    assert.equal(await lane.state(longest), 'scheduled');
    const tooLong = lane.job({ delay: maxDelay + 1_000 });
    await isUnsupported(() => stage.queue.enqueue([tooLong]));
    assert.equal(await lane.find(tooLong.id), undefined);
  });
});
