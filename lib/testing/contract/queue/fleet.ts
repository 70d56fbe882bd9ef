import assert from 'node:assert/strict';
import type { TaskBackend } from '../../../contract/index.js';
import type { BackendUnderTest } from '../harness.js';
import type { Lane } from '../lane.js';
import type { Stage } from '../stage.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

/** Plays with two clients of one store, each with a lane of the same queue. */
async function two(
  stage: Stage,
  bench: BackendUnderTest,
  definition: Parameters<Lane['declare']>[0],
  play: (here: Lane, there: Lane, other: TaskBackend) => Promise<void>,
): Promise<void> {
  assert.ok(bench.connect, 'a harness of a backend with scope `fleet` brings `connect`');
  const other = await bench.connect();
  const here = stage.lane(definition);
  const witness = stage.watch(other.queue);
  const there = stage.laneOn(witness, here.name);
  there.declare(definition);
  await other.queue.open();
  await other.state.open();
  try {
    await play(here, there, other);
  } finally {
    await witness.letGo();
    stage.leave(there);
    await other.queue.close();
    await other.state.close();
  }
}

export const fleet = topic('several processes', (test) => {
  test('one sees what another enqueued, and claims it', async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      const id = await here.add({ payload: '"from here"' });
      const job = await there.takeOne();
      assert.equal(job.id, id);
      assert.equal(job.payload, '"from here"');
      assert.equal(await here.state(id), 'running');
      await there.complete(job, '"from there"');
      assert.equal((await here.record(id)).result, '"from there"');
    });
  });

  test('hand each job to one of them', async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      const ids = await here.addMany(40);
      const claims = await Promise.all([here, there, here, there].map((lane) => lane.takeIds(10)));
      sameMembers(claims.flat(), ids);
    });
  });

  test('pause and resume for all', { feature: 'pause' }, async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      await here.add();
      await here.queue.pause(here.name);
      assert.deepEqual(await there.takeIds(1), []);
      await there.queue.resume(there.name);
      assert.equal((await here.take(1)).length, 1);
    });
  });

  test('share a concurrency', { feature: 'queueConcurrency' }, async (stage, { shared }) => {
    await two(stage, shared, { concurrency: 3 }, async (here, there) => {
      await here.addMany(20);
      const claims = await Promise.all([here, there, here, there].map((lane) => lane.take(2)));
      assert.equal(claims.flat().length, 3);
    });
  });

  test('share a rate limit', { feature: 'queueRateLimit' }, async (stage, { shared }) => {
    await two(stage, shared, { rateLimit: { limit: 4, per: 60_000 } }, async (here, there) => {
      await here.addMany(20);
      const claims = await Promise.all([here, there, here, there].map((lane) => lane.take(2)));
      assert.equal(claims.flat().length, 4);
    });
  });

  test('share idempotency keys', { feature: 'idempotency' }, async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      const words = { idempotency: { key: 'once', ttl: 60_000 } };
      const verdicts = await Promise.all([here, there, here, there].map((lane) => lane.offer(words)));
      assert.equal(verdicts.filter((verdict) => verdict.status === 'created').length, 1);
    });
  });

  test('tell one that another asked for a cancel', { feature: 'cancel' }, async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      await here.add();
      const job = await there.takeOne();
      await here.queue.cancel([here.ref(job.id)], 'stop it');
      const { cancelled } = await there.queue.extend([job.receipt], 60_000);
      assert.deepEqual(cancelled, [job.receipt]);
    });
  });

  test('take over what one of them lost', async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      await here.add();
      const zombie = await there.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease);
      const heir = await here.takeOne();
      assert.equal(heir.id, zombie.id);
      assert.equal(await there.complete(zombie), 'stale');
      assert.equal(await here.complete(heir), 'applied');
    });
  });

  test('wake each other', async (stage, { shared }) => {
    await two(stage, shared, {}, async (here, there) => {
      let calls = 0;
      const subscription = there.queue.subscribe(there.name, { demand: 1 }, () => calls++);
      await there.take(1);
      await stage.pass(50);
      const before = calls;
      await here.add();
      await stage.eventually(() => calls > before, 'the other is woken');
      subscription.close();
    });
  });

  test('keep what one of them wrote when it is closed', async (stage, { shared }) => {
    assert.ok(shared.connect);
    const writer = await shared.connect();
    const here = stage.lane();
    await writer.queue.open();
    const there = stage.laneOn(writer.queue, here.name);
    there.declare();
    const ids = [await there.add(), await there.add({ delay: 200 })];
    await writer.queue.close();
    stage.leave(there);
    await stage.pass(200);
    sameMembers(await here.takeIds(5), ids);
  });

  test('leave what a queue was declared with when they ask of it without a word of their own', async (stage, {
    shared,
  }) => {
    assert.ok(shared.connect);
    const other = await shared.connect();
    const here = stage.lane({ maxSize: 1 });
    await here.add();
    await other.queue.open();
    const there = stage.laneOn(other.queue, here.name);
    await other.queue.inspect([there.name]);
    await other.queue.claim({ worker: 'there', lease: 60_000, take: [{ queue: there.name, limit: 0 }] });
    assert.deepEqual((await here.offer()).status, 'refused');
    await other.queue.close();
    stage.leave(there);
  });

  test('share values, leases, limits and messages', async (stage, { shared }) => {
    await two(stage, shared, {}, async (_here, _there, other) => {
      const [key, name, bucket, channel] = ['key', 'lease', 'bucket', 'channel'].map((word) =>
        stage.name(word),
      );
      assert.ok(key && name && bucket && channel);
      await stage.state.set([{ key, value: 'shared' }]);
      assert.equal((await other.state.get([key]))[0]?.value, 'shared');
      assert.ok(await stage.state.acquire(name, 'here', 60_000));
      assert.equal(await other.state.acquire(name, 'there', 60_000), null);
      await stage.state.take(bucket, { limit: 3, per: 60_000 }, 2);
      assert.equal((await other.state.take(bucket, { limit: 3, per: 60_000 }, 2)).granted, 1);
      const heard: unknown[] = [];
      const watch = await other.state.watch(channel, (message) => heard.push(message));
      await stage.state.publish(channel, 'hello');
      await stage.eventually(() => heard.length === 1, 'the message arrives');
      await watch.close();
    });
  });
});
