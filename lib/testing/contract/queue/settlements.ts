import assert from 'node:assert/strict';
import { anError } from '../lane.js';
import { topic } from '../topic.js';

export const settlements = topic('settle', (test) => {
  test('completes a job and keeps its result', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    assert.equal(await lane.complete(await lane.takeOne(), '{"sent":true}'), 'applied');
    const record = await lane.record(id);
    assert.equal(record.state, 'completed');
    assert.equal(record.result, '{"sent":true}');
    assert.ok((record.finishedAt as number) >= (record.startedAt as number));
    assert.equal(record.attempt, 1);
  });

  test('keeps no result where there was none', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.complete(await lane.takeOne());
    assert.equal((await lane.record(id)).result, undefined);
  });

  test('retries a job after its backoff', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    assert.equal(await lane.retry(await lane.takeOne(), 300), 'applied');
    const record = await lane.record(id);
    assert.equal(record.state, 'retrying');
    assert.equal(record.error?.message, 'try again');
    assert.ok((record.dueAt as number) - (record.startedAt as number) >= 300 - 5);
    assert.deepEqual(await lane.takeIds(1), []);
    await stage.pass(300);
    assert.deepEqual(
      (await stage.due(lane, 1)).map((job) => job.attempt),
      [2],
    );
  });

  test('retries a job at once when there is no backoff', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.retry(await lane.takeOne(), 0);
    assert.equal(await lane.state(id), 'pending');
    assert.equal((await lane.takeOne()).attempt, 2);
  });

  test('makes a failed job a dead letter with its error', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const error = { name: 'TypeError', message: 'no', stack: 'TypeError: no\n  at x', code: 'E_NO', at: 12 };
    assert.equal(await lane.settle(await lane.takeOne(), { kind: 'failed', error }), 'applied');
    const record = await lane.record(id);
    assert.equal(record.state, 'failed');
    assert.deepEqual({ ...record.error }, error);
    await stage.queue.recover();
    assert.deepEqual(await lane.takeIds(1), []);
  });

  test('cancels a job that its worker gives up', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const outcome = { kind: 'cancelled', reason: 'not wanted' } as const;
    assert.equal(await lane.settle(await lane.takeOne(), outcome), 'applied');
    const record = await lane.record(id);
    assert.equal(record.state, 'cancelled');
    assert.equal(record.cancelReason, 'not wanted');
  });

  test('gives a released job back as it was', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    assert.equal(await lane.release(await lane.takeOne()), 'applied');
    const record = await lane.record(id);
    assert.equal(record.state, 'pending');
    assert.equal(record.attempt, 0);
  });

  test('holds a released job back until the moment that it names', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.release(await lane.takeOne(), { in: 300 });
    assert.equal(await lane.state(id), 'scheduled');
    assert.deepEqual(await lane.takeIds(1), []);
    await stage.pass(300);
    assert.deepEqual(await stage.dueIds(lane, 1), [id]);
  });

  test('gives a verdict for each of several settlements, in their order', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(4);
    const jobs = await lane.take(4);
    const place = (id: string | undefined) => jobs.find((job) => job.id === id);
    const [a, b, c, d] = ids.map(place);
    assert.ok(a && b && c && d);
    await lane.complete(b);
    const { verdicts } = await lane.claim(0, {
      settle: [
        { receipt: a.receipt, outcome: { kind: 'completed' } },
        { receipt: b.receipt, outcome: { kind: 'failed', error: anError('late') } },
        { receipt: c.receipt, outcome: { kind: 'retry', in: 60_000, error: anError('again') } },
        { receipt: d.receipt, outcome: { kind: 'failed', error: anError('dead') } },
      ],
    });
    assert.deepEqual(verdicts, ['applied', 'already-applied', 'applied', 'applied']);
    const states = (await stage.queue.get(ids.map((id) => lane.ref(id)))).map((record) => record?.state);
    assert.deepEqual(states, ['completed', 'completed', 'retrying', 'failed']);
  });

  test('applies a settlement once, however often it is sent', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    assert.equal(await lane.complete(job, '"first"'), 'applied');
    assert.equal(await lane.complete(job, '"second"'), 'already-applied');
    assert.equal(await lane.fail(job), 'already-applied');
    const record = await lane.record(id);
    assert.equal(record.state, 'completed');
    assert.equal(record.result, '"first"');
  });

  test('applies the first of two settlements of one job in one call', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const { receipt } = await lane.takeOne();
    const { verdicts } = await lane.claim(0, {
      settle: [
        { receipt, outcome: { kind: 'completed', result: '"first"' } },
        { receipt, outcome: { kind: 'completed', result: '"second"' } },
      ],
    });
    assert.deepEqual(verdicts, ['applied', 'already-applied']);
    assert.equal((await lane.record(id)).result, '"first"');
  });

  test('changes nothing by the word of an earlier run', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const first = await lane.takeOne();
    await lane.retry(first, 0);
    const second = await lane.takeOne();
    assert.notEqual(await lane.complete(first, '"of the first run"'), 'applied');
    assert.equal(await lane.state(id), 'running');
    assert.equal(await lane.complete(second, '"of the second run"'), 'applied');
    assert.equal((await lane.record(id)).result, '"of the second run"');
  });

  test('writes the progress that travels with a settlement', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.settle(await lane.takeOne(), { kind: 'completed' }, { progress: { current: 3, total: 3 } });
    assert.deepEqual({ ...(await lane.record(id)).progress }, { current: 3, total: 3 });
  });

  test('keeps the latest error through a retry that completes', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.retry(await lane.takeOne(), 0);
    await lane.complete(await lane.takeOne());
    assert.equal((await lane.record(id)).error?.message, 'try again');
  });
});
