import assert from 'node:assert/strict';
import { HIGHEST_PRIORITY, LOWEST_PRIORITY } from '../../../contract/index.js';
import { LONG_LEASE } from '../lane.js';
import { inPromisedOrder } from '../promised-order.js';
import { topic } from '../topic.js';

export const order = topic('order', (test) => {
  test('hands out jobs in the order of their enqueue calls', async (stage) => {
    const lane = stage.lane();
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push(await lane.add());
    inPromisedOrder(stage, await lane.drain(), ids);
  });

  test('hands out a batch in its order, over several claims', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(30);
    const taken: string[] = [];
    for (const limit of [1, 7, 13, 9]) taken.push(...(await lane.takeIds(limit)));
    inPromisedOrder(stage, taken, ids);
  });

  test('hands out a higher priority first', async (stage) => {
    const lane = stage.lane();
    const [low, normal, high] = await lane.addAll([{ priority: 0 }, { priority: 5 }, { priority: 10 }]);
    inPromisedOrder(stage, await lane.drain(), [high, normal, low]);
  });

  test('keeps all 21 priorities apart, and the order within each', async (stage) => {
    const lane = stage.lane();
    const priorities = Array.from(
      { length: HIGHEST_PRIORITY - LOWEST_PRIORITY + 1 },
      (_, n) => LOWEST_PRIORITY + n,
    );
    const words = stage.random.shuffle([...priorities, ...priorities]).map((priority) => ({ priority }));
    const ids = await lane.addAll(words);
    const expected = priorities
      .toReversed()
      .flatMap((priority) => ids.filter((_, place) => words[place]?.priority === priority));
    inPromisedOrder(stage, await lane.takeIds(100), expected);
  });

  test('lets a later job of higher priority overtake those that wait', async (stage) => {
    const lane = stage.lane();
    const [first, second] = await lane.addMany(2);
    assert.equal(first, (await lane.takeOne()).id);
    const urgent = await lane.add({ priority: 20 });
    inPromisedOrder(stage, await lane.drain(), [urgent, second]);
  });

  test('puts a job that comes due behind those that were ready before', async (stage) => {
    const lane = stage.lane();
    const late = await lane.add({ delay: 300 });
    const [first, second] = await lane.addMany(2);
    await stage.pass(350);
    inPromisedOrder(stage, await stage.drain(lane, 3), [first, second, late]);
  });

  test('hands out delayed jobs in the order in which they come due', async (stage) => {
    const lane = stage.lane();
    const [third, first, second] = await lane.addAll([{ delay: 500 }, { delay: 300 }, { delay: 400 }]);
    await stage.pass(550);
    inPromisedOrder(stage, await stage.drain(lane, 3), [first, second, third]);
  });

  test('puts a job that is retried at once behind those that wait', async (stage) => {
    const lane = stage.lane();
    const [first, second] = await lane.addMany(2);
    await lane.retry(await lane.takeOne(), 0);
    inPromisedOrder(stage, await lane.drain(), [second, first]);
  });

  test('gives a released job its old place again', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addMany(3);
    const held = await lane.take(2);
    for (const job of stage.random.shuffle(held)) await lane.release(job);
    inPromisedOrder(stage, await lane.drain(), ids);
  });

  test('looks at queues in the order in which a claim names them', async (stage) => {
    const [one, two] = [stage.lane(), stage.lane()];
    const [first] = await two.addMany(2);
    const [second, third] = await one.addMany(3, { priority: 20 });
    const { jobs } = await stage.queue.claim({
      worker: 'worker',
      lease: LONG_LEASE,
      max: 3,
      take: [
        { queue: two.name, limit: 1 },
        { queue: one.name, limit: 5 },
      ],
    });
    inPromisedOrder(
      stage,
      jobs.map((job) => job.id),
      [first, second, third] as string[],
    );
  });
});
