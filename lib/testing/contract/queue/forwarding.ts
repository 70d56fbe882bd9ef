import assert from 'node:assert/strict';
import { FORWARD_GRACE, type JobRecord, type Ms } from '../../../contract/index.js';
import { type Lane, LONG_LEASE } from '../lane.js';
import { sameMembers } from '../same-members.js';
import type { Stage } from '../stage.js';
import { topic } from '../topic.js';

/** Takes what is to be published. */
async function forward(
  stage: Stage,
  lane: Lane,
  limit = 10,
  lease: Ms = LONG_LEASE,
): Promise<readonly JobRecord[]> {
  return (await stage.queue.forward({ take: [{ queue: lane.name, limit }], lease })).jobs;
}

const idsOf = (jobs: readonly JobRecord[]): string[] => jobs.map(({ id }) => id);

/** Tells that these were published. */
async function confirm(stage: Stage, jobs: readonly JobRecord[]): Promise<void> {
  await stage.queue.forward({ confirm: jobs, lease: LONG_LEASE });
}

/** A job whose time has come: nobody has published it. */
async function ready(stage: Stage, lane: Lane): Promise<string> {
  const id = await lane.add({ external: true, delay: 100 });
  await stage.pass(120);
  return id;
}

export const forwarding = topic(
  'a ledger of jobs that another broker moves',
  (test) => {
    test('hands an external job to nobody who claims by order', async (stage) => {
      const lane = stage.lane();
      const external = await lane.add({ external: true, priority: 20 });
      const own = await lane.add();
      assert.deepEqual(await lane.takeIds(10), [own]);
      const record = await lane.record(external);
      assert.deepEqual([record.state, record.external], ['pending', true]);
      assert.equal((await lane.record(own)).external, undefined);
    });

    test('hands it to who names it', { feature: 'claimById' }, async (stage) => {
      const lane = stage.lane();
      const external = await lane.add({ external: true });
      assert.deepEqual(await lane.takeIds(10, { ids: [external] }), [external]);
      assert.deepEqual(await lane.takeIds(10, { ids: [external] }), [], 'and to nobody else');
    });

    test('leaves a new job to be published by who enqueued it', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(3, { external: true });
      assert.deepEqual(await forward(stage, lane), []);
    });

    test('hands out what comes due, as a whole record', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ external: true, delay: 200, payload: '"all of it"' });
      assert.deepEqual(await forward(stage, lane), []);
      await stage.pass(220);
      const jobs = await forward(stage, lane);
      assert.deepEqual(jobs, [await lane.record(id)]);
      assert.equal(jobs[0]?.payload, '"all of it"');
    });

    test('hands a job out once while it is on its way', async (stage) => {
      const lane = stage.lane();
      const id = await ready(stage, lane);
      assert.deepEqual(idsOf(await forward(stage, lane)), [id]);
      assert.deepEqual(await forward(stage, lane), []);
    });

    test('hands it out again when nobody confirms it, until somebody does', async (stage) => {
      const lane = stage.lane();
      const id = await ready(stage, lane);
      for (let n = 0; n < 2; n++) {
        assert.deepEqual(idsOf(await forward(stage, lane, 10, 300)), [id]);
        await stage.pass(320);
      }
      await confirm(stage, await forward(stage, lane, 10, 300));
      await stage.pass(320);
      assert.deepEqual(await forward(stage, lane), []);
      assert.equal(await lane.state(id), 'pending');
    });

    test('hands out a new job after all when nobody confirms it', { time: FORWARD_GRACE }, async (stage) => {
      const lane = stage.lane();
      const [lost, sent] = await lane.addMany(2, { external: true });
      await stage.queue.forward({
        confirm: [{ ...lane.ref(sent as string), fence: '0' }],
        lease: LONG_LEASE,
      });
      await stage.pass(FORWARD_GRACE);
      assert.deepEqual(idsOf(await forward(stage, lane)), [lost]);
    });

    test(
      'does not take the confirmation of an earlier time for the present one',
      { feature: 'claimById' },
      async (stage) => {
        const lane = stage.lane();
        const id = await ready(stage, lane);
        const before = await forward(stage, lane);
        const [job] = await lane.take(1, { ids: [id] });
        assert.ok(job);
        await lane.retry(job);
        await confirm(stage, before);
        assert.deepEqual(idsOf(await forward(stage, lane)), [id]);
      },
    );

    test(
      'hands out what is retried, given back or lost its lease',
      { feature: 'claimById' },
      async (stage) => {
        const lane = stage.lane();
        const ids = await lane.addMany(3, { external: true });
        const jobs = await lane.take(3, { ids, lease: stage.lease });
        const [retried, released] = jobs;
        assert.ok(retried && released);
        await lane.retry(retried);
        await lane.release(released);
        sameMembers(idsOf(await forward(stage, lane)), [retried.id, released.id]);
        await stage.pass(stage.lease);
        await stage.queue.recover();
        assert.deepEqual(idsOf(await forward(stage, lane)), [jobs[2]?.id]);
      },
    );

    test('hands out a dead letter that is retried', { feature: 'claimById' }, async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ external: true });
      const [job] = await lane.take(1, { ids: [id] });
      assert.ok(job);
      await lane.fail(job);
      assert.deepEqual(await forward(stage, lane), []);
      await stage.queue.retryDead([lane.ref(id)]);
      assert.deepEqual(idsOf(await forward(stage, lane)), [id]);
    });

    test('hands out what its dependencies let go', { feature: 'dependencies' }, async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const dependsOn = { jobs: [lane.ref(parent)], onFailure: 'fail' } as const;
      const child = await lane.add({ external: true, dependsOn });
      assert.deepEqual(await forward(stage, lane), []);
      await lane.complete(await lane.takeOne());
      assert.deepEqual(idsOf(await forward(stage, lane)), [child]);
    });

    test(
      'hands out what the limits of its key let in',
      { feature: ['keyLimits', 'claimById'] },
      async (stage) => {
        const lane = stage.lane({ perKey: { concurrency: 1 } });
        const [first, second] = await lane.addMany(2, { external: true, key: 'a' });
        assert.deepEqual(await forward(stage, lane), []);
        const [job] = await lane.take(1, { ids: [first as string] });
        assert.ok(job);
        await lane.complete(job);
        assert.deepEqual(idsOf(await forward(stage, lane)), [second]);
      },
    );

    test(
      'forgets what is cancelled, removed or taken meanwhile',
      { feature: ['cancel', 'claimById'] },
      async (stage) => {
        const lane = stage.lane();
        const [cancelled, removed, taken] = await lane.addMany(3, { external: true, delay: 100 });
        await stage.pass(120);
        await stage.queue.recover();
        await stage.queue.cancel([lane.ref(cancelled as string)], 'no need');
        await stage.queue.remove([lane.ref(removed as string)]);
        await lane.take(1, { ids: [taken as string] });
        assert.deepEqual(await forward(stage, lane), []);
      },
    );

    test('hands out nothing of a paused queue', { feature: 'pause' }, async (stage) => {
      const lane = stage.lane();
      const id = await ready(stage, lane);
      await stage.queue.pause(lane.name);
      assert.deepEqual(await forward(stage, lane), []);
      await stage.queue.resume(lane.name);
      assert.deepEqual(idsOf(await forward(stage, lane)), [id]);
    });

    test('keeps to its limit, those first that have waited longest', async (stage) => {
      const lane = stage.lane();
      const ids: string[] = [];
      for (const delay of [100, 150, 200]) ids.push(await lane.add({ external: true, delay }));
      await stage.pass(220);
      assert.deepEqual(idsOf(await forward(stage, lane, 2)), ids.slice(0, 2));
      assert.deepEqual(idsOf(await forward(stage, lane, 2)), ids.slice(2));
    });

    test('says when something will be there', async (stage) => {
      const lane = stage.lane();
      await lane.add({ external: true, delay: 400 });
      const soon = await stage.queue.forward({ take: [{ queue: lane.name, limit: 1 }], lease: LONG_LEASE });
      assert.ok(soon.nextInMs !== undefined && soon.nextInMs <= 400, `due in ${soon.nextInMs}`);
      await stage.pass(420);
      const again = await stage.queue.forward({ take: [{ queue: lane.name, limit: 1 }], lease: 700 });
      assert.ok(again.nextInMs !== undefined && again.nextInMs <= 700, `again in ${again.nextInMs}`);
    });

    test('wakes who listens when a job has to be published', { feature: 'dependencies' }, async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const job = await lane.takeOne();
      const dependsOn = { jobs: [lane.ref(parent)], onFailure: 'fail' } as const;
      await lane.add({ external: true, dependsOn });
      await forward(stage, lane);
      let woken = 0;
      const subscription = stage.queue.subscribe(lane.name, { demand: 1 }, () => woken++);
      await lane.claim(0);
      woken = 0;
      await lane.complete(job);
      await stage.eventually(() => woken > 0, 'the listener is woken');
      subscription.close();
    });

    test(
      'wakes who listens when a full queue has a slot again: its message may have been held back',
      { feature: ['queueConcurrency', 'claimById'] },
      async (stage) => {
        const lane = stage.lane({ concurrency: 1 });
        const [first, second] = await lane.addMany(2, { external: true });
        let woken = 0;
        const subscription = stage.queue.subscribe(lane.name, { demand: 1 }, () => woken++);
        const job = await lane.takeOne({ ids: [first as string] });
        assert.deepEqual(await lane.takeIds(1, { ids: [second as string] }), []);
        await stage.pass(0);
        woken = 0;
        await lane.complete(job);
        await stage.eventually(() => woken > 0, 'the listener is woken');
        subscription.close();
      },
    );
  },
  'ledger',
);
