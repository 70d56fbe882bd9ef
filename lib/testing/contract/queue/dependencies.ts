import assert from 'node:assert/strict';
import type { DependencyPolicy, JobRef, NewJob } from '../../../contract/index.js';
import { LONG_LEASE } from '../lane.js';
import { topic } from '../topic.js';

/** Words of a job that waits for others. */
export function after(
  refs: readonly JobRef[],
  onFailure: DependencyPolicy = 'fail',
): Pick<NewJob, 'dependsOn'> {
  return { dependsOn: { jobs: refs, onFailure } };
}

export const dependencies = topic(
  'dependencies',
  (test) => {
    test('holds a job back until the one that it depends on has completed', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add({ ...after([lane.ref(parent)]), priority: 20 });
      const record = await lane.record(child);
      assert.equal(record.state, 'waiting');
      assert.deepEqual(
        record.dependsOn?.map(({ queue, id }) => ({ queue, id })),
        [lane.ref(parent)],
      );
      assert.equal((await lane.counts()).waiting, 1);
      const job = await lane.takeOne();
      assert.equal(job.id, parent);
      assert.deepEqual(await lane.takeIds(5), []);
      await lane.complete(job);
      assert.deepEqual(await lane.takeIds(5), [child]);
    });

    test('releases a job in the step that settles the last one it depends on', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)]));
      const { receipt } = await lane.takeOne();
      const { jobs } = await lane.claim(5, { settle: [{ receipt, outcome: { kind: 'completed' } }] });
      assert.deepEqual(
        jobs.map((job) => job.id),
        [child],
      );
    });

    test('waits for every one of several', async (stage) => {
      const lane = stage.lane();
      const parents = await lane.addMany(3);
      const child = await lane.add({ ...after(parents.map((id) => lane.ref(id))), priority: 20 });
      for (const parent of await lane.take(3)) {
        assert.equal(await lane.state(child), 'waiting');
        await lane.complete(parent);
      }
      assert.equal(await lane.state(child), 'pending');
    });

    test('does not count one that is named twice twice', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent), lane.ref(parent)]));
      await lane.complete(await lane.takeOne());
      assert.deepEqual(await lane.takeIds(1), [child]);
    });

    test('takes a batch in any order: a child may come before its parent', async (stage) => {
      const lane = stage.lane();
      const parent = lane.job();
      const child = lane.job(after([lane.ref(parent.id)]));
      const grandchild = lane.job(after([lane.ref(child.id)]));
      const verdicts = await stage.queue.enqueue([grandchild, child, parent]);
      assert.ok(verdicts.every((verdict) => verdict.status === 'created'));
      assert.deepEqual(await lane.drain(), [parent.id, child.id, grandchild.id]);
    });

    test('reaches over queues', async (stage) => {
      const [mail, reports] = [stage.lane(), stage.lane()];
      const parent = await mail.add();
      const child = await reports.add(after([mail.ref(parent)]));
      assert.deepEqual(await reports.takeIds(1), []);
      await mail.complete(await mail.takeOne(), '"from mail"');
      const job = await reports.takeOne();
      assert.equal(job.id, child);
      assert.equal(job.extra?.parents?.[0]?.queue, mail.name);
      assert.equal(job.extra?.parents?.[0]?.result, '"from mail"');
      assert.equal(job.extra?.parents?.[0]?.codec, 'json');
    });

    test('hands over what became of each', async (stage) => {
      const lane = stage.lane();
      const parents = await lane.addMany(2);
      await lane.add({ ...after(parents.map((id) => lane.ref(id))), priority: 20 });
      for (const job of await lane.take(2)) await lane.complete(job, JSON.stringify(job.id));
      const { extra } = await lane.takeOne();
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      assert.deepEqual(
        extra?.parents?.map(({ queue, id, state, result }) => ({ queue, id, state, result })).toSorted(byId),
        parents
          .map((id) => ({ queue: lane.name, id, state: 'completed', result: JSON.stringify(id) }))
          .toSorted(byId),
      );
    });

    test('hands the same over again to a second run', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      await lane.add(after([lane.ref(parent)]));
      await lane.complete(await lane.takeOne(), '"result"');
      await lane.retry(await lane.takeOne(), 0);
      assert.equal((await lane.takeOne()).extra?.parents?.[0]?.result, '"result"');
    });

    test('lets a job run at once that depends on what has completed', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      await lane.complete(await lane.takeOne(), '"result"');
      const child = await lane.add(after([lane.ref(parent)]));
      assert.equal(await lane.state(child), 'pending');
      assert.equal((await lane.takeOne()).extra?.parents?.[0]?.result, '"result"');
    });

    test('goes on waiting while a parent is retried', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add({ ...after([lane.ref(parent)]), priority: 20 });
      await lane.retry(await lane.takeOne(), 0);
      assert.equal(await lane.state(child), 'waiting');
      await lane.complete(await lane.takeOne());
      assert.deepEqual(await lane.takeIds(1), [child]);
    });

    test('resolves a diamond once', async (stage) => {
      const lane = stage.lane();
      const top = lane.job();
      const left = lane.job(after([lane.ref(top.id)]));
      const right = lane.job(after([lane.ref(top.id)]));
      const bottom = lane.job(after([lane.ref(left.id), lane.ref(right.id)]));
      await stage.queue.enqueue([bottom, left, right, top]);
      const ran = await lane.drain();
      assert.equal(ran.length, 4);
      assert.deepEqual([ran[0], ran[3]], [top.id, bottom.id]);
    });

    test('keeps the delay of a job whose dependencies are met before it is over', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add({ ...after([lane.ref(parent)]), delay: 600 });
      assert.equal(await lane.state(child), 'waiting');
      await stage.pass(200);
      await lane.complete(await lane.takeOne());
      const record = await lane.record(child);
      assert.equal(record.state, 'scheduled');
      assert.ok(Math.abs((record.dueAt as number) - record.createdAt - 600) <= 5, 'counted from its enqueue');
      assert.deepEqual(await lane.takeIds(1), []);
      await stage.pass(420);
      assert.deepEqual(await lane.takeIds(1), [child]);
    });

    test('has no delay left when the dependencies are met after it', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add({ ...after([lane.ref(parent)]), delay: 100 });
      await stage.pass(150);
      await stage.queue.recover();
      assert.equal(await lane.state(child), 'waiting');
      await lane.complete(await lane.takeOne());
      assert.equal(await lane.state(child), 'pending');
    });

    test('takes many dependents of one job', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      await lane.addMany(200, after([lane.ref(parent)]));
      const { receipt } = await lane.takeOne();
      const settle = [{ receipt, outcome: { kind: 'completed' } as const }];
      const { jobs } = await lane.claim(500, { settle, lease: LONG_LEASE });
      assert.equal(jobs.length, 200);
    });
  },
  'dependencies',
);
