import assert from 'node:assert/strict';
import type { ClaimRequest } from '../../../contract/index.js';
import type { BackendUnderTest, TestTransaction } from '../harness.js';
import { type Lane, LONG_LEASE } from '../lane.js';
import { rejectsWith } from '../rejects.js';
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

    test('wakes nobody before the commit', async (stage, { shared }) => {
      const lane = stage.lane();
      const { tx, commit } = await begin(shared);
      let calls = 0;
      const subscription = stage.queue.subscribe(lane.name, { demand: 1 }, () => calls++);
      await lane.take(1);
      await stage.pass(20);
      const before = calls;
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
