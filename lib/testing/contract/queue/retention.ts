import assert from 'node:assert/strict';
import type { Settlement } from '../../../contract/index.js';
import { topic } from '../topic.js';

export const retention = topic('retention', (test) => {
  test('keeps a completed job with its result for as long as it is told', async (stage) => {
    const lane = stage.lane({ retention: { completedTtl: 500 } });
    const id = await lane.add();
    await lane.complete(await lane.takeOne(), '"kept"');
    await stage.pass(200);
    await stage.queue.recover();
    assert.equal((await lane.record(id)).result, '"kept"');
    await stage.pass(350);
    await stage.queue.recover();
    assert.equal(await lane.find(id), undefined);
    assert.equal((await lane.counts()).completed, 0);
  });

  test('keeps a cancelled job as long as a completed one', { feature: 'cancel' }, async (stage) => {
    const lane = stage.lane({ retention: { completedTtl: 300, failedTtl: 60_000 } });
    const id = await lane.add();
    await stage.queue.cancel([lane.ref(id)], 'no need');
    assert.equal(await lane.state(id), 'cancelled');
    await stage.pass(350);
    await stage.queue.recover();
    assert.equal(await lane.find(id), undefined);
  });

  test('keeps a dead letter for its own time', async (stage) => {
    const lane = stage.lane({ retention: { completedTtl: 100, failedTtl: 600 } });
    const id = await lane.add();
    await lane.fail(await lane.takeOne());
    await stage.pass(300);
    await stage.queue.recover();
    assert.equal(await lane.state(id), 'failed');
    await stage.pass(350);
    await stage.queue.recover();
    assert.equal(await lane.find(id), undefined);
    assert.equal((await lane.counts()).failed, 0);
  });

  test('keeps the latest completed jobs, as many as it is told', async (stage) => {
    const lane = stage.lane({ retention: { completedMax: 3 } });
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) {
      ids.push(await lane.add());
      await lane.complete(await lane.takeOne());
      await stage.pass(2);
    }
    await stage.queue.recover();
    const kept = (await stage.queue.get(ids.map((id) => lane.ref(id)))).map((record) => record?.id);
    assert.deepEqual(kept, [undefined, undefined, undefined, ...ids.slice(3)]);
    assert.equal((await lane.counts()).completed, 3);
  });

  test('keeps the latest dead letters, as many as it is told', async (stage) => {
    const lane = stage.lane({ retention: { failedMax: 2, completedMax: 1 } });
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) {
      ids.push(await lane.add());
      await lane.fail(await lane.takeOne());
      await stage.pass(2);
    }
    await stage.queue.recover();
    const kept = (await stage.queue.get(ids.map((id) => lane.ref(id)))).map((record) => record?.id);
    assert.deepEqual(kept, [undefined, undefined, ...ids.slice(2)]);
  });

  test('keeps no more completed jobs than it declares when it is told nothing', async (stage) => {
    const lane = stage.lane();
    const { completedMax } = stage.capabilities;
    let left = completedMax + 20;
    let settle: Settlement[] = [];
    while (left > 0 || settle.length > 0) {
      const batch = Math.min(left, 1_000);
      left -= batch;
      await lane.addMany(batch);
      const { jobs } = await lane.claim(1_000, { settle });
      settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } }));
    }
    await stage.queue.recover();
    assert.equal((await lane.counts()).completed, completedMax);
  });

  test('never drops what has not finished', async (stage) => {
    const lane = stage.lane({ retention: { completedTtl: 1, completedMax: 0, failedTtl: 1, failedMax: 0 } });
    const [runs, waits] = await lane.addAll([{ priority: 9 }, {}]);
    const delayed = await lane.add({ delay: 60_000 });
    await lane.takeOne();
    await stage.pass(50);
    await stage.queue.recover();
    for (const id of [runs, waits, delayed]) assert.notEqual(await lane.find(id as string), undefined);
  });

  test('does not hand out or count what it dropped', async (stage) => {
    const lane = stage.lane({ retention: { completedMax: 0 } });
    const id = await lane.add();
    const job = await lane.takeOne();
    assert.equal(await lane.complete(job), 'applied');
    await stage.queue.recover();
    assert.equal(await lane.find(id), undefined);
    assert.notEqual(await lane.complete(job), 'applied');
    assert.deepEqual(await lane.takeIds(5), []);
  });
});
