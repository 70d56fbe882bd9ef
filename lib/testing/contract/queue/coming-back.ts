import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const comingBack = topic('when to come back', (test) => {
  test('names the earliest of several moments, and keeps its word', async (stage) => {
    const lane = stage.lane();
    const held = await lane.add({ priority: 20 });
    await lane.takeOne({ lease: Math.max(stage.lease, 1_200) });
    const [later, sooner] = await lane.addAll([{ delay: 700 }, { delay: 350 }]);
    const came: string[] = [];
    for (let n = 0; n < 40 && came.length < 3; n++) {
      const { jobs, nextInMs } = await lane.claim(5);
      came.push(...jobs.map((job) => job.id));
      if (came.length === 3) break;
      assert.ok(nextInMs !== undefined, 'something comes without a push');
      await stage.pass(Math.max(nextInMs, 1));
    }
    assert.deepEqual(came, [sooner, later, held]);
  });

  test('names it also to who takes nothing now, and leaves what is ready where it is', async (stage) => {
    const lane = stage.lane();
    const [ready] = await lane.addAll([{}, { delay: 400 }]);
    const { jobs, nextInMs } = await lane.claim(0);
    assert.deepEqual(jobs, []);
    assert.ok(nextInMs !== undefined && nextInMs <= 400, `nextInMs is ${nextInMs}`);
    assert.deepEqual(await lane.takeIds(5), [ready]);
  });

  test('names the earliest over all queues of the claim', async (stage) => {
    const [one, two] = [stage.lane(), stage.lane()];
    await one.add({ delay: 60_000 });
    await two.add({ delay: 400 });
    const take = [one, two].map(({ name }) => ({ queue: name, limit: 1 }));
    const { nextInMs } = await stage.queue.claim({ worker: 'worker', lease: 60_000, take });
    assert.ok(nextInMs !== undefined && nextInMs <= 400, `nextInMs is ${nextInMs}`);
  });
});
