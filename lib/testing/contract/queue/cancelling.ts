import assert from 'node:assert/strict';
import type { Outcome } from '../../../contract/index.js';
import { anError } from '../lane.js';
import { topic } from '../topic.js';

const AFTER_CANCEL: readonly [outcome: Outcome, state: string][] = [
  [{ kind: 'completed', result: '"done"' }, 'completed'],
  [{ kind: 'failed', error: anError('broke') }, 'failed'],
  [{ kind: 'retry', in: 0, error: anError('again') }, 'cancelled'],
  [{ kind: 'retry', in: 60_000, error: anError('again') }, 'cancelled'],
  [{ kind: 'released', countAttempt: false }, 'cancelled'],
  [{ kind: 'released', countAttempt: true, in: 60_000 }, 'cancelled'],
  [{ kind: 'cancelled', reason: 'as you like' }, 'cancelled'],
];

export const cancelling = topic(
  'cancel',
  (test) => {
    test('cancels a job that waits for its turn', async (stage) => {
      const lane = stage.lane();
      const [id, other] = await lane.addMany(2);
      assert.deepEqual(await stage.queue.cancel([lane.ref(id as string)], 'no need'), ['cancelled']);
      const record = await lane.record(id as string);
      assert.equal(record.state, 'cancelled');
      assert.equal(record.cancelReason, 'no need');
      assert.deepEqual(await lane.takeIds(5), [other]);
    });

    test('cancels a job that is not due', async (stage) => {
      const lane = stage.lane();
      const delayed = await lane.add({ delay: 200 });
      const retrying = await lane.add();
      await lane.retry(await lane.takeOne(), 200);
      const refs = [delayed, retrying].map((id) => lane.ref(id));
      assert.deepEqual(await stage.queue.cancel(refs, 'no need'), ['cancelled', 'cancelled']);
      await stage.pass(250);
      assert.deepEqual(await lane.takeIds(5), []);
      assert.equal((await lane.counts()).cancelled, 2);
    });

    test('marks a running job, which goes on', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      const job = await lane.takeOne();
      assert.deepEqual(await stage.queue.cancel([lane.ref(id)], 'stop it'), ['requested']);
      const record = await lane.record(id);
      assert.equal(record.state, 'running');
      assert.equal(record.cancelReason, 'stop it');
      assert.equal(await lane.note(job, { progress: { current: 1, total: 2 } }), 'applied');
    });

    test('tells the worker of a running job when it extends the lease', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(2);
      const [one, two] = await lane.take(2);
      assert.ok(one && two);
      await stage.queue.cancel([one], 'stop it');
      const answer = await stage.queue.extend([one.receipt, two.receipt], 60_000);
      assert.deepEqual(answer.lost, []);
      assert.equal(answer.cancelled.length, 1);
      assert.ok(answer.cancelled.includes(one.receipt));
    });

    for (const [outcome, state] of AFTER_CANCEL) {
      const said = 'in' in outcome && outcome.in ? `${outcome.kind} later` : outcome.kind;
      test(`makes a running job ${state} that is then settled as ${said}`, async (stage) => {
        const lane = stage.lane();
        const id = await lane.add();
        const job = await lane.takeOne();
        await stage.queue.cancel([job], 'stop it');
        assert.equal(await lane.settle(job, outcome), 'applied');
        assert.equal(await lane.state(id), state);
        await stage.queue.recover();
        assert.deepEqual(await lane.takeIds(1), [], 'it never runs again');
      });
    }

    test('cancels a marked job whose lease runs out', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add();
      const job = await lane.takeOne({ lease: stage.lease });
      await stage.queue.cancel([job], 'stop it');
      await stage.pass(stage.lease);
      await stage.queue.recover();
      assert.deepEqual(await lane.takeIds(1), []);
      const record = await lane.record(id);
      assert.equal(record.state, 'cancelled');
      assert.equal(record.cancelReason, 'stop it');
    });

    test('comes too late for a job that has finished', async (stage) => {
      const lane = stage.lane();
      const [completed, failed] = await lane.addMany(2);
      const [one, two] = await lane.take(2);
      assert.ok(one && two);
      const [done, dead] = one.id === completed ? [one, two] : [two, one];
      await lane.complete(done);
      await lane.fail(dead);
      const refs = [completed, failed, stage.random.jobId()].map((id) => lane.ref(id as string));
      assert.deepEqual(await stage.queue.cancel(refs, 'too late'), ['finished', 'finished', 'unknown']);
      assert.equal((await lane.record(completed as string)).cancelReason, undefined);
    });

    test('can be asked twice, and keeps the first reason', async (stage) => {
      const lane = stage.lane();
      const [waits, runs] = await lane.addAll([{ priority: 0 }, { priority: 1 }]);
      await lane.takeOne();
      const refs = [lane.ref(waits as string), lane.ref(runs as string)];
      await stage.queue.cancel(refs, 'first');
      assert.deepEqual(await stage.queue.cancel(refs, 'second'), ['cancelled', 'requested']);
      assert.equal((await lane.record(waits as string)).cancelReason, 'first');
    });

    test('gives a verdict for each of several jobs, in their order', async (stage) => {
      const [one, two] = [stage.lane(), stage.lane()];
      const a = await one.add();
      const b = await two.add();
      const refs = [two.ref(b), one.ref(stage.random.jobId()), one.ref(a), two.ref(a)];
      assert.deepEqual(await stage.queue.cancel(refs, 'all'), [
        'cancelled',
        'unknown',
        'cancelled',
        'unknown',
      ]);
    });
  },
  'cancel',
);
