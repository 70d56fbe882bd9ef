import assert from 'node:assert/strict';
import { LONG_LEASE } from '../lane.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const claims = topic('claim', (test) => {
  test('hands out what a worker needs to run the job', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({
      name: 'send-email',
      payload: '{"to":"ada"}',
      codec: 'json',
      priority: 7,
      maxRetries: 2,
      timeout: 1_234,
      headers: { traceparent: '00-abc' },
    });
    const job = await lane.takeOne();
    const { createdAt } = await lane.record(id);
    assert.equal(job.queue, lane.name);
    assert.equal(job.id, id);
    assert.equal(job.name, 'send-email');
    assert.equal(job.payload, '{"to":"ada"}');
    assert.equal(job.codec, 'json');
    assert.equal(job.priority, 7);
    assert.equal(job.maxRetries, 2);
    assert.equal(job.timeout, 1_234);
    assert.equal(job.attempt, 1);
    assert.equal(job.stalls, 0);
    assert.equal(job.createdAt, createdAt);
    assert.deepEqual({ ...job.extra?.headers }, { traceparent: '00-abc' });
  });

  test('tells of each job of a claim its own words, not those of its neighbours', async (stage) => {
    const lane = stage.lane();
    const words = [
      { maxRetries: 3, timeout: 300_000, maxStalled: 3, priority: 5 },
      { maxRetries: 0, timeout: undefined, maxStalled: 1, priority: 20 },
      { maxRetries: 30, timeout: 1, maxStalled: 0, priority: 0 },
    ];
    const ids = await lane.addAll(words);
    const taken = new Map((await lane.take(3)).map((job) => [job.id, job]));
    const told = ids.map((id) => {
      const { maxRetries, timeout, maxStalled, priority } = taken.get(id) ?? {};
      return { maxRetries, timeout, maxStalled, priority };
    });
    assert.deepEqual(told, words);
  });

  test('gives of several queues receipts that are good for each', async (stage) => {
    const [one, two] = [stage.lane(), stage.lane()];
    await one.addMany(2);
    await two.addMany(2);
    const take = [one, two].map(({ name }) => ({ queue: name, limit: 2 }));
    const { jobs } = await stage.queue.claim({ worker: 'worker', lease: LONG_LEASE, take });
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' as const } }));
    const { verdicts } = await stage.queue.claim({ worker: 'worker', lease: LONG_LEASE, take: [], settle });
    assert.deepEqual(verdicts, ['applied', 'applied', 'applied', 'applied']);
    assert.deepEqual([(await one.counts()).running, (await two.counts()).running], [0, 0]);
  });

  test('makes the job running, by this worker, from now', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await stage.pass(20);
    await lane.takeOne({ worker: 'worker-7' });
    const record = await lane.record(id);
    assert.equal(record.state, 'running');
    assert.equal(record.worker, 'worker-7');
    assert.equal(record.attempt, 1);
    assert.ok((record.startedAt as number) - record.createdAt >= 20, 'started when it was claimed');
    assert.equal((await lane.counts()).running, 1);
  });

  test('hands out no more than its limit, and nothing for a limit of 0', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(5);
    assert.equal((await lane.take(0)).length, 0);
    assert.equal((await lane.take(3)).length, 3);
    assert.equal((await lane.take(3)).length, 2);
    assert.equal((await lane.take(3)).length, 0);
  });

  test('hands out no more than its maximum over all queues', async (stage) => {
    const [one, two] = [stage.lane(), stage.lane()];
    await one.addMany(3);
    await two.addMany(3);
    const take = [one, two].map(({ name }) => ({ queue: name, limit: 3 }));
    const { jobs } = await stage.queue.claim({ worker: 'worker', lease: LONG_LEASE, max: 4, take });
    assert.equal(jobs.length, 4);
  });

  test('hands out a job to one worker, however many ask at once', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, worker) => lane.takeIds(1, { worker: `worker-${worker}` })),
    );
    assert.deepEqual(claims.flat(), [id]);
  });

  test('does not hand out again what runs or has finished', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(2);
    const [done] = await lane.take(2);
    assert.ok(done);
    await lane.complete(done);
    await stage.queue.recover();
    assert.deepEqual(await lane.takeIds(5), []);
  });

  test('says when a lease could run out', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    await lane.take(1, { lease: 2_000 });
    const { nextInMs } = await lane.claim(1);
    assert.ok(nextInMs !== undefined && nextInMs <= 2_000, `nextInMs is ${nextInMs}`);
  });

  test('settles before it takes', async (stage) => {
    const lane = stage.lane({ maxSize: 1 });
    await lane.add();
    const job = await lane.takeOne();
    const settle = [{ receipt: job.receipt, outcome: { kind: 'released', countAttempt: false } as const }];
    const { jobs, verdicts } = await lane.claim(1, { settle });
    assert.deepEqual(verdicts, ['applied']);
    assert.deepEqual(
      jobs.map(({ id }) => id),
      [job.id],
    );
  });

  test('settles although it has nothing to take', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    const settle = [{ receipt: job.receipt, outcome: { kind: 'completed' } as const }];
    const { jobs, verdicts } = await lane.claim(5, { settle });
    assert.deepEqual([jobs, verdicts], [[], ['applied']]);
    assert.equal(await lane.state(id), 'completed');
  });
});

export const claimById = topic(
  'claim by id',
  (test) => {
    test('takes the jobs that it names and no other', async (stage) => {
      const lane = stage.lane();
      const [first, , third] = await lane.addMany(4);
      const ids = [third, first] as string[];
      sameMembers(await lane.takeIds(10, { ids }), ids);
      assert.equal((await lane.counts()).pending, 2);
    });

    test('takes none that cannot run, and ignores what is not there', async (stage) => {
      const lane = stage.lane();
      const later = await lane.add({ delay: 60_000 });
      const running = (await lane.add(), (await lane.takeOne()).id);
      assert.deepEqual(await lane.takeIds(10, { ids: [later, running, stage.random.jobId()] }), []);
    });

    test('keeps to its limit', async (stage) => {
      const lane = stage.lane();
      const ids = await lane.addMany(3);
      assert.equal((await lane.take(2, { ids })).length, 2);
    });
  },
  'claimById',
);
