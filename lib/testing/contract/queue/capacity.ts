import assert from 'node:assert/strict';
import { isExisting, isRefused } from '../rejects.js';
import { topic } from '../topic.js';

export const capacity = topic('capacity', (test) => {
  test('refuses what has no room, and keeps nothing of it', async (stage) => {
    const lane = stage.lane({ maxSize: 2 });
    await lane.addMany(2);
    const job = lane.job();
    const [verdict] = await stage.queue.enqueue([job]);
    isRefused(verdict, 'TASKS_QUEUE_FULL');
    assert.equal(await lane.find(job.id), undefined);
    assert.equal((await lane.counts()).pending, 2);
  });

  test('counts all that is neither running nor finished', async (stage) => {
    const lane = stage.lane({ maxSize: 2 });
    await lane.add();
    await lane.retry(await lane.takeOne(), 60_000);
    await lane.add({ delay: 60_000 });
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
  });

  test('has room again when a job is claimed, cancelled or removed', async (stage) => {
    const lane = stage.lane({ maxSize: 2 });
    await lane.addMany(2);
    await lane.takeOne();
    const third = await lane.add();
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
    await stage.queue.remove([lane.ref(third)]);
    const fourth = await lane.add();
    if (stage.capabilities.features.cancel) await stage.queue.cancel([lane.ref(fourth)], 'room');
    else await stage.queue.remove([lane.ref(fourth)]);
    await lane.add();
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
  });

  test('does not count what runs or has finished', async (stage) => {
    const lane = stage.lane({ maxSize: 1 });
    for (let n = 0; n < 3; n++) {
      await lane.add();
      const job = await lane.takeOne();
      if (n > 0) await lane.complete(job);
    }
    await lane.add();
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
  });

  test('always takes back what ran', async (stage) => {
    const lane = stage.lane({ maxSize: 1 });
    await lane.add();
    const first = await lane.takeOne();
    await lane.add();
    const second = await lane.takeOne();
    await lane.add();
    assert.equal(await lane.release(first), 'applied');
    assert.equal(await lane.retry(second, 0), 'applied');
    assert.equal((await lane.counts()).pending, 3);
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
  });

  test('finds a repeated id although there is no room', async (stage) => {
    const lane = stage.lane({ maxSize: 1 });
    const id = await lane.add();
    isExisting(await lane.offer({ id, repeat: true }), id);
  });

  test('finds the holder of a key although there is no room', { feature: 'idempotency' }, async (stage) => {
    const lane = stage.lane({ maxSize: 1 });
    const idempotency = { key: 'once', ttl: 60_000 };
    const id = await lane.add({ idempotency });
    isExisting(await lane.offer({ idempotency }), id);
  });

  test('keeps no key of a job that it refused', { feature: 'idempotency' }, async (stage) => {
    const lane = stage.lane({ maxSize: 1 });
    const blocker = await lane.add();
    const idempotency = { key: 'once', ttl: 60_000 };
    isRefused(await lane.offer({ idempotency }), 'TASKS_QUEUE_FULL');
    await stage.queue.remove([lane.ref(blocker)]);
    await lane.add({ idempotency });
  });

  test('goes by the latest declaration', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(3);
    lane.declare({ maxSize: 2 });
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
    lane.declare({ maxSize: 4 });
    await lane.add();
    isRefused(await lane.offer(), 'TASKS_QUEUE_FULL');
    lane.declare();
    await lane.addMany(5);
  });

  test('lets no two calls take the last place', async (stage) => {
    const lane = stage.lane({ maxSize: 3 });
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => lane.offer()));
    assert.equal(verdicts.filter((verdict) => verdict.status === 'created').length, 3);
    assert.equal((await lane.counts()).pending, 3);
  });
});
