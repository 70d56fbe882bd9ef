import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const records = topic('record', (test) => {
  test('keeps the progress of a running job', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    const progress = { current: 1, total: 4, message: 'rendering', metadata: '{"page":1}' };
    assert.equal(await lane.note(job, { progress }), 'applied');
    assert.deepEqual({ ...(await lane.record(id)).progress }, progress);
    assert.equal(await lane.note(job, { progress: { current: 2, total: 0 } }), 'applied');
    assert.deepEqual({ ...(await lane.record(id)).progress }, { current: 2, total: 0 }, 'written whole');
  });

  test('keeps a checkpoint and hands it to the next run', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    assert.equal(job.extra?.checkpoint, undefined);
    assert.equal(await lane.note(job, { checkpoint: '{"step":1}' }), 'applied');
    assert.equal(await lane.note(job, { checkpoint: '{"step":2}' }), 'applied');
    assert.equal((await lane.record(id)).checkpoint, '{"step":2}');
    await lane.retry(job, 0);
    assert.equal((await lane.takeOne()).extra?.checkpoint, '{"step":2}');
  });

  test('writes progress and checkpoint apart', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    await lane.note(job, { checkpoint: '"kept"' });
    await lane.note(job, { progress: { current: 1, total: 2 } });
    const record = await lane.record(id);
    assert.equal(record.checkpoint, '"kept"');
    assert.equal(record.progress?.current, 1);
  });

  test('hands a checkpoint over when the lease was lost', async (stage) => {
    const lane = stage.lane();
    await lane.add();
    const job = await lane.takeOne({ lease: stage.lease });
    await lane.note(job, { checkpoint: '"so far"' });
    await stage.pass(stage.lease);
    assert.equal((await lane.takeOne()).extra?.checkpoint, '"so far"');
  });

  test('writes nothing for who does not hold the job', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const zombie = await lane.takeOne({ lease: stage.lease });
    await lane.note(zombie, { checkpoint: '"mine"' });
    await stage.pass(stage.lease);
    await lane.takeOne();
    const patch = { progress: { current: 9, total: 9 }, checkpoint: '"of a zombie"' };
    assert.equal(await lane.note(zombie, patch), 'stale');
    const record = await lane.record(id);
    assert.equal(record.progress, undefined);
    assert.equal(record.checkpoint, '"mine"');
  });

  test('answers for each of several jobs on its own', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(3);
    const jobs = await lane.take(3);
    const settled = jobs.find(({ id }) => id === ids[1]);
    assert.ok(settled);
    await lane.complete(settled);
    const notes = jobs.map(({ receipt }, place) => ({ receipt, progress: { current: place + 1, total: 3 } }));
    const verdicts = await stage.queue.record(notes);
    jobs.forEach(({ id }, place) => assert.equal(verdicts[place] === 'applied', id !== ids[1], id));
    for (const [place, { id }] of jobs.entries()) {
      const { progress } = await lane.record(id);
      assert.equal(progress?.current, id === ids[1] ? undefined : place + 1, id);
    }
  });

  test('writes nothing once the job is settled', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    await lane.complete(job);
    const verdict = await lane.note(job, { progress: { current: 1, total: 1 } });
    assert.notEqual(verdict, 'applied');
    assert.equal((await lane.record(id)).progress, undefined);
  });

  test('keeps the progress of a job that has finished', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    await lane.note(job, { progress: { current: 4, total: 4 } });
    await lane.complete(job);
    assert.equal((await lane.record(id)).progress?.current, 4);
  });
});
