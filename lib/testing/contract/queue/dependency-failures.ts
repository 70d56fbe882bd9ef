import assert from 'node:assert/strict';
import { topic } from '../topic.js';
import { after } from './dependencies.js';

export const dependencyFailures = topic(
  'dependencies that fail',
  (test) => {
    test('cancels a job whose dependency became a dead letter', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)]));
      await lane.fail(await lane.takeOne());
      const record = await lane.record(child);
      assert.equal(record.state, 'cancelled');
      assert.equal(record.cancelReason, 'dependency-failed');
      assert.deepEqual(await lane.takeIds(5), []);
    });

    test('cancels in turn what depends on a job that was cancelled so', async (stage) => {
      const lane = stage.lane();
      const parent = lane.job();
      const child = lane.job(after([lane.ref(parent.id)]));
      const grandchild = lane.job(after([lane.ref(child.id)]));
      await stage.queue.enqueue([parent, child, grandchild]);
      await lane.fail(await lane.takeOne());
      assert.equal((await lane.counts()).cancelled, 2);
      assert.equal((await lane.record(grandchild.id)).cancelReason, 'dependency-failed');
    });

    test('runs a job that goes on without, and tells it the error', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)], 'continue'));
      await lane.fail(await lane.takeOne(), 'no paper');
      const job = await lane.takeOne();
      assert.equal(job.id, child);
      const [outcome] = job.extra?.parents ?? [];
      assert.equal(outcome?.id, parent);
      assert.equal(outcome.state, 'failed');
      assert.equal(outcome.error?.message, 'no paper');
    });

    test('runs a job that does not care', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)], 'ignore'));
      await lane.fail(await lane.takeOne());
      assert.deepEqual(await lane.takeIds(1), [child]);
    });

    test('lets a job that goes on without still wait for its other dependencies', async (stage) => {
      const lane = stage.lane();
      const parents = await lane.addMany(2);
      const child = await lane.add({
        ...after(
          parents.map((id) => lane.ref(id)),
          'continue',
        ),
        priority: 20,
      });
      const [one, two] = await lane.take(2);
      assert.ok(one && two);
      await lane.fail(one);
      assert.equal(await lane.state(child), 'waiting');
      await lane.complete(two, '"fine"');
      const { extra } = await lane.takeOne();
      assert.deepEqual(extra?.parents?.map(({ state }) => state).toSorted(), ['completed', 'failed']);
    });

    test('counts a cancelled parent as failed', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const strict = await lane.add(after([lane.ref(parent)]));
      const lenient = await lane.add(after([lane.ref(parent)], 'continue'));
      await stage.queue.cancel([lane.ref(parent)], 'not needed');
      assert.equal((await lane.record(strict)).cancelReason, 'dependency-failed');
      const job = await lane.takeOne();
      assert.equal(job.id, lenient);
      assert.equal(job.extra?.parents?.[0]?.state, 'cancelled');
    });

    test('counts a parent that is removed unfinished as failed', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const strict = await lane.add(after([lane.ref(parent)]));
      const lenient = await lane.add(after([lane.ref(parent)], 'ignore'));
      assert.equal(await stage.queue.remove([lane.ref(parent)]), 1);
      assert.equal(await lane.state(strict), 'cancelled');
      assert.deepEqual(await lane.takeIds(5), [lenient]);
    });

    test('counts a parent that is cleared unfinished as failed', async (stage) => {
      const [parents, children] = [stage.lane(), stage.lane()];
      const parent = await parents.add();
      const child = await children.add(after([parents.ref(parent)]));
      assert.equal(await stage.queue.clear(parents.name, ['pending']), 1);
      assert.equal(await children.state(child), 'cancelled');
    });

    test('cancels a job whose dependency stalled too often', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add({ maxRetries: 0, maxStalled: 0 });
      const child = await lane.add(after([lane.ref(parent)]));
      await lane.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease);
      await stage.queue.recover();
      assert.equal(await lane.state(parent), 'failed');
      assert.equal(await lane.state(child), 'cancelled');
    });

    test('adds a job as cancelled whose dependency has failed already', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      await lane.fail(await lane.takeOne(), 'no paper');
      const strict = await lane.add(after([lane.ref(parent)]));
      const lenient = await lane.add(after([lane.ref(parent)], 'continue'));
      const record = await lane.record(strict);
      assert.equal(record.state, 'cancelled');
      assert.equal(record.cancelReason, 'dependency-failed');
      const job = await lane.takeOne();
      assert.equal(job.id, lenient);
      assert.equal(job.extra?.parents?.[0]?.error?.message, 'no paper');
    });

    test('cancels dependents over queues', async (stage) => {
      const [mail, reports] = [stage.lane(), stage.lane()];
      const parent = await mail.add();
      const child = await reports.add(after([mail.ref(parent)]));
      await mail.fail(await mail.takeOne());
      assert.equal(await reports.state(child), 'cancelled');
    });
  },
  'dependencies',
);

export const reopening = topic(
  'dependents of a dead letter that is retried',
  (test) => {
    test('wait again, and run when it completes', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)]));
      await lane.fail(await lane.takeOne());
      await stage.queue.retryDead([lane.ref(parent)]);
      const record = await lane.record(child);
      assert.equal(record.state, 'waiting');
      assert.equal(record.cancelReason, undefined);
      await lane.complete(await lane.takeOne(), '"at last"');
      const job = await lane.takeOne();
      assert.equal(job.id, child);
      assert.equal(job.extra?.parents?.[0]?.result, '"at last"');
    });

    test('wait again down to the last of them', async (stage) => {
      const lane = stage.lane();
      const parent = lane.job();
      const child = lane.job(after([lane.ref(parent.id)]));
      const grandchild = lane.job(after([lane.ref(child.id)]));
      await stage.queue.enqueue([parent, child, grandchild]);
      await lane.fail(await lane.takeOne());
      await stage.queue.retryDead([lane.ref(parent.id)]);
      assert.equal((await lane.counts()).waiting, 2);
      assert.deepEqual(await lane.drain(), [parent.id, child.id, grandchild.id]);
    });

    test('are cancelled again when it fails again', async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)]));
      await lane.fail(await lane.takeOne());
      await stage.queue.retryDead([lane.ref(parent)]);
      await lane.fail(await lane.takeOne());
      assert.equal((await lane.record(child)).cancelReason, 'dependency-failed');
    });

    test('stay cancelled when a person cancelled them', { feature: 'cancel' }, async (stage) => {
      const lane = stage.lane();
      const parent = await lane.add();
      const child = await lane.add(after([lane.ref(parent)]));
      await stage.queue.cancel([lane.ref(child)], 'not wanted');
      await lane.fail(await lane.takeOne());
      await stage.queue.retryDead([lane.ref(parent)]);
      const record = await lane.record(child);
      assert.equal(record.state, 'cancelled');
      assert.equal(record.cancelReason, 'not wanted');
    });

    test('wait for each of several that had failed', async (stage) => {
      const lane = stage.lane();
      const parents = await lane.addMany(2);
      const child = await lane.add({ ...after(parents.map((id) => lane.ref(id))), priority: 20 });
      for (const job of await lane.take(2)) await lane.fail(job);
      await stage.queue.retryDead(parents.map((id) => lane.ref(id)));
      assert.equal(await lane.state(child), 'waiting');
      const [one, two] = await lane.take(2);
      assert.ok(one && two);
      await lane.complete(one);
      assert.equal(await lane.state(child), 'waiting');
      await lane.complete(two);
      assert.deepEqual(await lane.takeIds(1), [child]);
    });

    test('reopen over queues', async (stage) => {
      const [mail, reports] = [stage.lane(), stage.lane()];
      const parent = await mail.add();
      const child = await reports.add(after([mail.ref(parent)]));
      await mail.fail(await mail.takeOne());
      await stage.queue.retryDead([mail.ref(parent)]);
      assert.equal(await reports.state(child), 'waiting');
      await mail.complete(await mail.takeOne());
      assert.deepEqual(await reports.takeIds(1), [child]);
    });
  },
  'dependencies',
);
