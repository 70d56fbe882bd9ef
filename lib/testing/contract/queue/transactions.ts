import assert from 'node:assert/strict';
import type { ClaimedJob, ClaimRequest } from '../../../contract/index.js';
import type { BackendUnderTest, TestTransaction } from '../harness.js';
import { type Lane, LONG_LEASE } from '../lane.js';
import { rejectsWith } from '../rejects.js';
import { sameMembers } from '../same-members.js';
import type { Stage } from '../stage.js';
import { topic } from '../topic.js';

function begin(bench: BackendUnderTest): Promise<TestTransaction> {
  assert.ok(bench.begin, 'a harness of a backend with the feature `transactions` brings `begin`');
  return bench.begin();
}

const ask = (lane: Lane, limit: number): ClaimRequest => ({
  worker: 'worker',
  lease: LONG_LEASE,
  take: [{ queue: lane.name, limit }],
});

/** A run that is completed in a transaction which is still open. */
async function settledWithin(stage: Stage, shared: BackendUnderTest) {
  const lane = stage.lane();
  await lane.add({ maxStalled: 5 });
  const { receipt } = await lane.takeOne({ lease: stage.lease });
  const settle = [{ receipt, outcome: { kind: 'completed' } as const }];
  const { tx, rollback } = await begin(shared);
  await stage.unwatched.claim({ ...ask(lane, 0), settle, tx });
  return { lane, settle, rollback };
}

export const transactions = topic(
  'transactions',
  (test) => {
    test('shows a job when its transaction is committed, not before', async (stage, { shared }) => {
      const lane = stage.lane();
      const { tx, commit } = await begin(shared);
      const job = lane.job();
      const [verdict] = await stage.unwatched.enqueue([job], { tx });
      assert.deepEqual(verdict, { status: 'created', id: job.id });
      assert.equal(await lane.find(job.id), undefined);
      assert.deepEqual(await lane.takeIds(1), []);
      await commit();
      assert.deepEqual(
        (await stage.unwatched.claim(ask(lane, 1))).jobs.map(({ id }) => id),
        [job.id],
      );
    });

    test('leaves nothing of a transaction that is rolled back', async (stage, { shared }) => {
      const lane = stage.lane();
      const { tx, rollback } = await begin(shared);
      const job = lane.job({ idempotency: { key: 'once', ttl: 60_000 } });
      await stage.unwatched.enqueue([job], { tx });
      await rollback();
      assert.equal(await lane.find(job.id), undefined);
      await lane.add({ idempotency: { key: 'once', ttl: 60_000 } });
    });

    test('settles a job with the commit', async (stage, { shared }) => {
      const lane = stage.lane();
      const id = await lane.add();
      const { receipt } = await lane.takeOne();
      const settle = [{ receipt, outcome: { kind: 'completed', result: '"in one commit"' } as const }];
      const { tx, commit } = await begin(shared);
      const { verdicts } = await stage.unwatched.claim({ ...ask(lane, 0), settle, tx });
      assert.deepEqual(verdicts, ['applied']);
      assert.equal(await lane.state(id), 'running');
      await commit();
      assert.equal((await stage.unwatched.get([lane.ref(id)]))[0]?.result, '"in one commit"');
      const again = await stage.unwatched.claim({ ...ask(lane, 0), settle });
      assert.deepEqual(again.verdicts, ['already-applied']);
    });

    test('leaves a job running whose settlement is rolled back', async (stage, { shared }) => {
      const lane = stage.lane();
      const id = await lane.add();
      const job = await lane.takeOne();
      const { tx, rollback } = await begin(shared);
      const settle = [{ receipt: job.receipt, outcome: { kind: 'completed' } as const }];
      await stage.unwatched.claim({ ...ask(lane, 0), settle, tx });
      await rollback();
      assert.equal(await lane.state(id), 'running');
      assert.equal(await lane.complete(job), 'applied');
    });

    test('leaves a receipt valid that was settled in a transaction that is rolled back', async (stage, {
      shared,
    }) => {
      const { lane, settle, rollback } = await settledWithin(stage, shared);
      await rollback();
      await stage.pass(stage.lease + 1);
      await lane.takeOne();
      const { verdicts } = await stage.unwatched.claim({ ...ask(lane, 0), settle });
      assert.deepEqual(verdicts, ['stale']);
    });

    test('has nobody come back at once, over and over, for a job in a transaction that outlives its lease', async (stage, {
      shared,
    }) => {
      const { lane, rollback } = await settledWithin(stage, shared);
      await stage.pass(stage.lease + 1);
      const { nextInMs } = await stage.unwatched.claim(ask(lane, 0));
      await rollback();
      assert.notEqual(nextInMs, 0);
    });

    test('commits nothing of a transaction that settles what is held no longer', async (stage, {
      shared,
    }) => {
      const lane = stage.lane();
      await lane.add({ maxStalled: 5 });
      const { receipt } = await lane.takeOne({ lease: stage.lease });
      await stage.pass(stage.lease + 1);
      const again = await lane.takeOne();
      const { tx, commit } = await begin(shared);
      const job = lane.job();
      await stage.unwatched.enqueue([job], { tx });
      const settle = [{ receipt, outcome: { kind: 'completed' } as const }];
      const { verdicts } = await stage.unwatched.claim({ ...ask(lane, 0), settle, tx });
      assert.deepEqual(verdicts, ['stale']);
      await commit().catch(() => undefined);
      assert.equal(await lane.find(job.id), undefined);
      assert.equal(await lane.complete(again), 'applied');
    });

    test('holds up nobody who enqueues, claims and settles beside it', async (stage, { shared }) => {
      const lane = stage.lane({ concurrency: 5, maxSize: 10, perKey: { concurrency: 1 } });
      const { tx, rollback } = await begin(shared);
      const words = {
        key: 'a',
        unique: { mode: 'keep-first', key: 'u' },
        idempotency: { key: 'i', ttl: 1_000 },
      } as const;
      await lane.addMany(2, { key: 'a' });
      const first = await lane.takeOne();
      const settle = [{ receipt: first.receipt, outcome: { kind: 'completed' } as const }];
      await stage.unwatched.enqueue([lane.job(words)], { tx, atomic: true });
      await stage.unwatched.enqueue([lane.job({ key: 'a' })], { tx });
      await stage.unwatched.claim({ ...ask(lane, 0), settle, tx });
      const beside = (unique: string, idempotency: string) =>
        lane.add({
          key: 'b',
          unique: { mode: 'keep-first', key: unique },
          idempotency: { key: idempotency, ttl: 1_000 },
        });
      // A store may have one lock for many keys: on PostgreSQL one pair in 256 meets those of the other transaction, and is given up in time.
      const id = await beside('v', 'j').catch((error: unknown) => {
        if ((error as { outcome?: unknown }).outcome === 'not-sent') return beside('w', 'k');
        throw error;
      });
      const job = await lane.takeOne();
      assert.equal(job.id, id);
      assert.equal(await lane.complete(job), 'applied');
      await rollback();
      assert.equal(await lane.complete(first), 'applied');
    });

    test('admits behind the limits of a key when it is committed', async (stage, { shared }) => {
      const lane = stage.lane({ perKey: { concurrency: 1 } });
      const { tx, commit } = await begin(shared);
      const jobs = [lane.job({ key: 'a' }), lane.job({ key: 'a' }), lane.job({ key: 'b' })];
      await stage.unwatched.enqueue(jobs, { tx });
      await commit();
      const [a, second, b] = jobs.map((job) => job.id);
      const taken = await stage.unwatched.claim(ask(lane, 5));
      sameMembers(
        taken.jobs.map((job) => job.id),
        [a, b],
      );
      const receipt = taken.jobs.find((job) => job.id === a)?.receipt as ClaimedJob['receipt'];
      const next = await begin(shared);
      const settle = [{ receipt, outcome: { kind: 'completed' } as const }];
      await stage.unwatched.claim({ ...ask(lane, 0), settle, tx: next.tx });
      assert.deepEqual((await stage.unwatched.claim(ask(lane, 5))).jobs, []);
      await next.commit();
      assert.deepEqual(
        (await stage.unwatched.claim(ask(lane, 5))).jobs.map((job) => job.id),
        [second],
      );
    });

    test('lets a call with the same key wait for its end, and then know', async (stage, { shared }) => {
      const lane = stage.lane();
      await lane.addMany(1);
      const words = { idempotency: { key: 'once', ttl: 60_000 } };
      const { tx, commit } = await begin(shared);
      const job = lane.job(words);
      await stage.unwatched.enqueue([job], { tx });
      const call = stage.unwatched.enqueue([lane.job(words)]);
      await lane.add({ idempotency: { key: 'another', ttl: 60_000 } });
      await commit();
      assert.deepEqual(await call, [{ status: 'existing', id: job.id }]);
    });

    test('wakes nobody before the commit', async (stage, { shared }) => {
      const lane = stage.lane();
      const { tx, commit } = await begin(shared);
      let calls = 0;
      const subscription = stage.queue.subscribe(lane.name, { demand: 1 }, () => calls++);
      await lane.take(1);
      // Whatever made the queue and began to listen may be told late.
      let before = -1;
      while (before !== calls) {
        before = calls;
        for (let n = 0; n < 10; n++) await stage.pass(20);
      }
      await stage.unwatched.enqueue([lane.job()], { tx });
      await stage.pass(100);
      assert.equal(calls, before);
      await commit();
      await stage.eventually(() => calls > before, 'woken by the commit');
      subscription.close();
    });

    test('says that something is no transaction of its store', async (stage) => {
      const lane = stage.lane();
      await rejectsWith('TASKS_VALIDATION', () => stage.unwatched.enqueue([lane.job()], { tx: {} }));
    });
  },
  'transactions',
);
