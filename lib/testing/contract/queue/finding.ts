import assert from 'node:assert/strict';
import type { JobQuery } from '../../../contract/index.js';
import type { Lane } from '../lane.js';
import type { Stage } from '../stage.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

async function found(stage: Stage, query: JobQuery): Promise<string[]> {
  return (await stage.queue.find(query)).items.map((record) => record.id);
}

/** Reads every page. */
async function allPages(stage: Stage, query: JobQuery): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await stage.queue.find({ ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page.items.map((record) => record.id));
    cursor = page.cursor;
    assert.ok(pages.length < 100, 'pages come to an end');
  } while (cursor !== undefined);
  return pages;
}

/** Jobs that finish one after the other, with time between. */
async function finishEach(
  stage: Stage,
  lane: Lane,
  count: number,
  how: 'complete' | 'fail',
): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    ids.push(await lane.add());
    await lane[how](await lane.takeOne());
    await stage.pass(5);
  }
  return ids;
}

export const finding = topic(
  'find',
  (test) => {
    test('lists the jobs of a queue in the states that are asked for', async (stage) => {
      const [lane, other] = [stage.lane(), stage.lane()];
      await other.add();
      const [running, pending] = await lane.addAll([{ priority: 9 }, {}]);
      const delayed = await lane.add({ delay: 60_000 });
      await lane.takeOne();
      assert.deepEqual(await found(stage, { queue: lane.name, states: ['pending'] }), [pending]);
      assert.deepEqual(await found(stage, { queue: lane.name, states: ['running'] }), [running]);
      const both = await found(stage, { queue: lane.name, states: ['pending', 'scheduled'] });
      sameMembers(both, [pending, delayed]);
      assert.equal((await found(stage, { queue: lane.name })).length, 3);
      assert.deepEqual(await found(stage, { queue: lane.name, states: [] }), []);
      assert.deepEqual(await found(stage, { queue: lane.name, states: ['failed'] }), []);
    });

    test('lists whole records', async (stage) => {
      const lane = stage.lane();
      const id = await lane.add({ payload: '"all of it"' });
      await lane.fail(await lane.takeOne());
      const { items } = await stage.queue.find({ queue: lane.name, states: ['failed'] });
      assert.deepEqual(items, [await lane.record(id)]);
      assert.equal(items[0]?.payload, '"all of it"');
    });

    test('lists the latest finished first, or the earliest', async (stage) => {
      const lane = stage.lane();
      const ids = await finishEach(stage, lane, 4, 'fail');
      const query: JobQuery = { queue: lane.name, states: ['failed'] };
      assert.deepEqual(await found(stage, query), ids.toReversed());
      assert.deepEqual(await found(stage, { ...query, order: 'newest' }), ids.toReversed());
      assert.deepEqual(await found(stage, { ...query, order: 'oldest' }), ids);
    });

    test('goes by the end of a finished job, not by its beginning', async (stage) => {
      const lane = stage.lane();
      const [first, second] = await lane.addMany(2);
      const jobs = await lane.take(2);
      const job = (id: string | undefined) => jobs.find((one) => one.id === id) as (typeof jobs)[number];
      await lane.complete(job(second));
      await stage.pass(5);
      await lane.complete(job(first));
      const query: JobQuery = { queue: lane.name, states: ['completed'], order: 'oldest' };
      assert.deepEqual(await found(stage, query), [second, first]);
    });

    test('goes by the place in the line of those that are ready', async (stage) => {
      const lane = stage.lane();
      const [late, next, last] = await lane.addAll([{ priority: 3 }, { priority: 9 }, { priority: 3 }]);
      const line = [next, late, last];
      assert.deepEqual(await found(stage, { queue: lane.name, states: ['pending'], order: 'oldest' }), line);
      assert.deepEqual(await found(stage, { queue: lane.name, states: ['pending'] }), line.toReversed());
    });

    test('goes by the due moment of those that are due later', async (stage) => {
      const lane = stage.lane();
      const [third, first, second] = await lane.addAll([
        { delay: 90_000 },
        { delay: 30_000 },
        { delay: 60_000 },
      ]);
      const query: JobQuery = { queue: lane.name, states: ['scheduled'], order: 'oldest' };
      assert.deepEqual(await found(stage, query), [first, second, third]);
      assert.deepEqual(await found(stage, { ...query, order: 'newest' }), [third, second, first]);
    });

    test('goes by the start of those that run', async (stage) => {
      const lane = stage.lane();
      const ids = await lane.addAll([{ priority: 1 }, { priority: 9 }]);
      await lane.takeOne();
      await stage.pass(5);
      await lane.takeOne();
      const query: JobQuery = { queue: lane.name, states: ['running'], order: 'oldest' };
      assert.deepEqual(await found(stage, query), ids.toReversed());
    });

    test('lists several states one after the other', async (stage) => {
      const lane = stage.lane();
      const [running] = await lane.addAll([{ priority: 9 }]);
      await lane.takeOne();
      const scheduled = await lane.add({ delay: 60_000 });
      const pending = await lane.add();
      for (const order of ['oldest', 'newest'] as const) {
        assert.deepEqual(await found(stage, { queue: lane.name, order }), [pending, scheduled, running]);
      }
    });

    test('lists jobs of one task', async (stage) => {
      const lane = stage.lane();
      const [mail] = await lane.addAll([{ name: 'send-email' }, { name: 'send-sms' }]);
      assert.deepEqual(await found(stage, { queue: lane.name, name: 'send-email' }), [mail]);
      assert.deepEqual(await found(stage, { queue: lane.name, name: 'send' }), []);
    });

    test('lists what ended before a moment', async (stage) => {
      const lane = stage.lane();
      const dead = await finishEach(stage, lane, 3, 'fail');
      const { finishedAt } = await lane.record(dead[1] as string);
      const query: JobQuery = { queue: lane.name, states: ['failed'], before: finishedAt as number };
      assert.deepEqual(await found(stage, query), [dead[0]]);
      await lane.add();
      assert.deepEqual(
        await found(stage, { queue: lane.name, before: finishedAt as number }),
        [dead[0]],
        'no other',
      );
    });

    test('lists what ended at least so long ago, by the clock of the store', async (stage) => {
      const lane = stage.lane();
      const [early] = await finishEach(stage, lane, 1, 'fail');
      await stage.pass(500);
      await finishEach(stage, lane, 2, 'fail');
      await lane.add();
      const query: JobQuery = { queue: lane.name, olderThan: 400 };
      assert.deepEqual(await found(stage, query), [early]);
      assert.deepEqual(await found(stage, { ...query, olderThan: 60_000 }), []);
      assert.equal((await found(stage, { ...query, olderThan: 0 })).length, 3);
    });

    test('gives pages that hold every job once, in order', async (stage) => {
      const lane = stage.lane();
      const ids = await finishEach(stage, lane, 7, 'complete');
      const query: JobQuery = { queue: lane.name, states: ['completed'], limit: 3 };
      const pages = await allPages(stage, query);
      assert.deepEqual(pages.flat(), ids.toReversed());
      assert.ok(pages.every((page) => page.length <= 3));
      assert.deepEqual((await allPages(stage, { ...query, order: 'oldest' })).flat(), ids);
    });

    test('gives pages over jobs of one moment', async (stage) => {
      const lane = stage.lane();
      const ids = await lane.addMany(25);
      const pages = await allPages(stage, { queue: lane.name, limit: 10 });
      sameMembers(pages.flat(), ids);
    });

    test('gives a hundred when no limit is given, and no cursor on the last page', async (stage) => {
      const lane = stage.lane();
      await lane.addMany(120);
      const first = await stage.queue.find({ queue: lane.name });
      assert.equal(first.items.length, 100, 'nothing is filtered, so the page is full');
      assert.ok(first.cursor !== undefined);
      const last = await stage.queue.find({ queue: lane.name, cursor: first.cursor });
      assert.equal(last.items.length, 20);
      assert.equal(last.cursor, undefined);
    });

    test('lists every job once in a page, whatever ends meanwhile', async (stage) => {
      const lane = stage.lane();
      const ids = await lane.addMany(60);
      const jobs = await lane.take(60);
      let unfinished = jobs.length;
      const completeAll = async (): Promise<void> => {
        for (const job of jobs) {
          await lane.complete(job);
          unfinished--;
        }
      };
      const pages: string[][] = [];
      const listAll = async (): Promise<void> => {
        do pages.push(await found(stage, { queue: lane.name }));
        while (unfinished > 0);
      };
      await Promise.all([completeAll(), listAll()]);
      for (const page of pages) sameMembers(page, ids);
    });

    test('goes on where it was although earlier jobs have gone', async (stage) => {
      const lane = stage.lane();
      const ids = await finishEach(stage, lane, 6, 'complete');
      const query: JobQuery = { queue: lane.name, states: ['completed'], limit: 2 };
      const { items, cursor } = await stage.queue.find(query);
      await stage.queue.remove(items);
      const rest = await allPages(stage, { ...query, ...(cursor !== undefined && { cursor }) });
      assert.deepEqual(rest.flat(), ids.slice(0, 4).toReversed());
    });
  },
  'find',
);
