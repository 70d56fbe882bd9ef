import assert from 'node:assert/strict';
import { type ClaimedJob, TOMBSTONE_TTL } from '../../../contract/index.js';
import type { Lane } from '../lane.js';
import { isRefused } from '../rejects.js';
import { topic } from '../topic.js';
import { after } from './dependencies.js';

export const dependencyRefusals = topic(
  'dependencies that cannot be',
  (test) => {
    test('refuses a job that depends on one that was never seen', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = lane.job(after([lane.ref(parent), lane.ref(stage.random.jobId())]));
      const [verdict] = await stage.queue.enqueue([child]);
      isRefused(verdict, 'TASKS_DEPENDENCY_UNKNOWN');
      assert.equal(await lane.find(child.id), undefined);
    });

    test('refuses a job that depends on the right id of the wrong queue', async (stage) => {
      const [one, two] = [stage.lane(), stage.lane()];
      const parent = await one.add();
      isRefused(await two.offer(after([two.ref(parent)])), 'TASKS_DEPENDENCY_UNKNOWN');
    });

    test('refuses a job that depends on itself', async (stage) => {
      const lane = stage.lane();
      const id = stage.random.jobId();
      isRefused(await lane.offer({ id, ...after([lane.ref(id)]) }), 'TASKS_DEPENDENCY_CYCLE');
      assert.equal(await lane.find(id), undefined);
    });

    test('refuses jobs that depend on each other in a circle, and keeps the rest', async (stage) => {
      const [lane, other] = [stage.lane(), stage.lane()];
      const [a, b, c] = [
        lane.ref(stage.random.jobId()),
        other.ref(stage.random.jobId()),
        stage.random.jobId(),
      ];
      const fine = lane.job();
      const jobs = [
        lane.job({ id: a.id, ...after([lane.ref(c)]) }),
        other.job({ id: b.id, ...after([a]) }),
        fine,
        lane.job({ id: c, ...after([b]) }),
      ];
      const verdicts = await stage.queue.enqueue(jobs);
      for (const place of [0, 1, 3]) isRefused(verdicts[place], 'TASKS_DEPENDENCY_CYCLE');
      assert.equal(verdicts[2]?.status, 'created');
      const records = await stage.queue.get(jobs);
      assert.deepEqual(
        records.map((record) => record?.id),
        [undefined, undefined, fine.id, undefined],
      );
    });

    test('refuses what depends on a job of the same call that was refused', async (stage) => {
      const [small, wide] = [stage.lane({ maxSize: 1 }), stage.lane()];
      await small.add();
      const parent = small.job();
      const child = wide.job(after([small.ref(parent.id)]));
      const verdicts = await stage.queue.enqueue([child, parent]);
      isRefused(verdicts[1], 'TASKS_QUEUE_FULL');
      isRefused(verdicts[0], 'TASKS_DEPENDENCY_UNKNOWN');
      assert.equal(await wide.find(child.id), undefined);
    });

    test('takes no key for a job that it refuses', { feature: 'idempotency' }, async (stage) => {
      const lane = stage.lane();
      const idempotency = { key: 'once', ttl: 60_000 };
      const unknown = after([lane.ref(stage.random.jobId())]);
      isRefused(await lane.offer({ idempotency, ...unknown }), 'TASKS_DEPENDENCY_UNKNOWN');
      await lane.add({ idempotency });
    });

    test('meets a dependency on a completed job that is no longer kept', async (stage) => {
      const lane = stage.lane({ retention: { completedTtl: 100 } });
      const parent = await lane.add();
      await lane.complete(await lane.takeOne());
      await stage.pass(150);
      await stage.queue.recover();
      assert.equal(await lane.find(parent), undefined);
      const child = await lane.add(after([lane.ref(parent)]));
      const job = await lane.takeOne();
      assert.equal(job.id, child);
      assert.equal(job.extra?.parents?.[0]?.state, 'completed');
    });

    test('meets dependencies on many jobs that completed together and are not kept', async (stage) => {
      const lane = stage.lane({ retention: { completedMax: 0 } });
      const parents = await completeTogether(lane, 40);
      assert.equal(await lane.find(parents[0] as string), undefined);
      const child = await lane.add(after(parents.map((id) => lane.ref(id))));
      const job = await lane.takeOne();
      assert.equal(job.id, child);
      assert.deepEqual([...new Set(job.extra?.parents?.map(({ state }) => state))], ['completed']);
      isRefused(await lane.offer(after([lane.ref(stage.random.jobId())])), 'TASKS_DEPENDENCY_UNKNOWN');
    });

    test('remembers that a job failed that is no longer kept', async (stage) => {
      const lane = stage.lane({ retention: { failedTtl: 100 } });
      const parent = await lane.add();
      await lane.fail(await lane.takeOne());
      await stage.pass(150);
      await stage.queue.recover();
      assert.equal(await lane.find(parent), undefined);
      const child = await lane.add(after([lane.ref(parent)]));
      assert.equal((await lane.record(child)).cancelReason, 'dependency-failed');
    });

    test('forgets a finished job an hour after its record', { time: 2 * TOMBSTONE_TTL }, async (stage) => {
      const lane = stage.lane({ retention: { completedTtl: 100 } });
      const parent = await lane.add();
      await lane.complete(await lane.takeOne());
      await stage.pass(100);
      await stage.queue.recover();
      await stage.pass(TOMBSTONE_TTL - 1_000);
      await stage.queue.recover();
      await lane.complete((await lane.add(after([lane.ref(parent)])), await lane.takeOne()));
      await stage.pass(2_000);
      await stage.queue.recover();
      isRefused(await lane.offer(after([lane.ref(parent)])), 'TASKS_DEPENDENCY_UNKNOWN');
    });

    test(
      'forgets jobs that completed together after that time, too',
      { time: 2 * TOMBSTONE_TTL },
      async (stage) => {
        const lane = stage.lane({ retention: { completedMax: 0 } });
        const parents = await completeTogether(lane, 20);
        await stage.pass(TOMBSTONE_TTL - 1_000);
        await stage.queue.recover();
        await lane.complete((await lane.add(after([lane.ref(parents[19] as string)])), await lane.takeOne()));
        await stage.pass(2_000);
        isRefused(await lane.offer(after([lane.ref(parents[19] as string)])), 'TASKS_DEPENDENCY_UNKNOWN');
        await stage.queue.recover();
        isRefused(await lane.offer(after([lane.ref(parents[0] as string)])), 'TASKS_DEPENDENCY_UNKNOWN');
      },
    );

    test('keeps the result of a job while a dependent is unfinished', async (stage) => {
      const lane = stage.lane({ retention: { completedTtl: 100, completedMax: 1 } });
      const [early, late] = await lane.addAll([{ priority: 9 }, { priority: 8 }]);
      const child = await lane.add(after([lane.ref(early as string), lane.ref(late as string)]));
      await lane.complete(await lane.takeOne(), '"early"');
      await stage.pass(150);
      await stage.queue.recover();
      await lane.complete(await lane.takeOne(), '"late"');
      await stage.pass(150);
      await stage.queue.recover();
      const job = await lane.takeOne();
      assert.equal(job.id, child);
      const handedOver = ({ extra }: ClaimedJob) => extra?.parents?.map(({ result }) => result).toSorted();
      assert.deepEqual(handedOver(job), ['"early"', '"late"']);
      await lane.retry(job, 0);
      await stage.queue.recover();
      assert.deepEqual(handedOver(await lane.takeOne()), ['"early"', '"late"'], 'a second run gets them too');
    });
  },
  'dependencies',
);

/** @returns the ids of so many jobs that one claim has settled */
async function completeTogether(lane: Lane, count: number): Promise<string[]> {
  const ids = await lane.addMany(count);
  const jobs: ClaimedJob[] = [];
  while (jobs.length < count) jobs.push(await lane.takeOne());
  const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' as const } }));
  await lane.claim(0, { settle });
  return ids;
}
