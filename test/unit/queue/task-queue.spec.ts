import { describe, expect, it, vi } from 'vitest';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

const states = async (stage: QueueStage) => {
  await stage.queue.enqueueMany([{ name: 'done' }, { name: 'dead' }, { name: 'runs' }]);
  await stage.run({ kind: 'completed' });
  await stage.fail();
  await stage.claim();
  await stage.queue.enqueueMany([{ name: 'ready' }, { name: 'ready' }, { name: 'later', delay: '1h' }]);
};

describe('TaskQueue', () => {
  it('knows its name, its backend and what its broker calls it', async () => {
    const { side, backends } = await QueueStage.open({
      backends: [{ name: 'main' }, { name: 'mails', queueName: 'outgoing' }],
    });
    const queue = side.queues.get('mails');
    expect(queue).toMatchObject({ name: 'mails', brokerName: 'outgoing', backendName: 'mails' });
    expect(queue.backend).toBe(backends.get('mails')?.queue);
  });
});

describe('count', () => {
  it('counts all jobs that are stored', async () => {
    const stage = await QueueStage.open();
    await states(stage);
    expect(await stage.queue.count()).toBe(6);
  });

  it('counts those of one state, or of several', async () => {
    const stage = await QueueStage.open();
    await states(stage);
    expect(await stage.queue.count('pending')).toBe(2);
    expect(await stage.queue.count(['pending', 'scheduled', 'failed'])).toBe(4);
    expect(await stage.queue.counts()).toMatchObject({
      pending: 2,
      scheduled: 1,
      running: 1,
      completed: 1,
      failed: 1,
    });
  });

  it('refuses a state that there is not, with the nearest one', async () => {
    const { queue } = await QueueStage.open();
    await expect(queue.count('pendign' as never)).rejects.toThrow('Did you mean "pending"?');
  });
});

describe('get', () => {
  it('gives undefined for a job that is not there', async () => {
    const { queue } = await QueueStage.open();
    expect(await queue.get('nobody')).toBeUndefined();
  });

  it.each(["'; DROP", '', 'x'.repeat(10_240), null])('refuses a hostile id: %j', async (id) => {
    const { queue } = await QueueStage.open();
    await expect(queue.get(id as string)).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
    await expect(queue.delete(id as string)).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
    await expect(queue.cancel(id as string)).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
  });

  it('reads what is asked for within one tick at once', async () => {
    const { queue, backend } = await QueueStage.open();
    const jobs = await queue.enqueueMany([{ name: 'a' }, { name: 'b' }]);
    const get = vi.spyOn(backend.queue, 'get');
    const found = await Promise.all(jobs.map(({ id }) => queue.get(id)));
    expect(found.map((job) => job?.name)).toEqual(['a', 'b']);
    expect(get).toHaveBeenCalledTimes(1);
  });
});

describe('delete', () => {
  it('forgets a job that is not running', async () => {
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('a');
    expect(await queue.delete(id)).toBe(true);
    expect(await queue.delete(id)).toBe(false);
    expect(await queue.get(id)).toBeUndefined();
  });

  it('leaves a running job alone', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('a');
    await stage.claim();
    expect(await stage.queue.delete(id)).toBe(false);
  });

  it('tells whoever waits for it', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('a');
    const ended = rejection(job.result());
    await queue.delete(job.id);
    expect(await ended).toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
  });
});

describe('cancel', () => {
  it('cancels by id', async () => {
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('a');
    expect(await queue.cancel(id, 'enough')).toBe(true);
    expect(await queue.count('cancelled')).toBe(1);
    expect(await queue.cancel('nobody')).toBe(false);
  });
});

describe('clear', () => {
  it('removes what waits', async () => {
    const stage = await QueueStage.open();
    await states(stage);
    expect(await stage.queue.clear()).toBe(3);
    expect(await stage.queue.counts()).toMatchObject({
      pending: 0,
      scheduled: 0,
      running: 1,
      completed: 1,
      failed: 1,
    });
  });

  it('tells at once whoever waits for one of them', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('later', 1, { delay: '1h' });
    const waiting = rejection(job.result());
    await stage.clock.advance(0);
    await stage.queue.clear();
    // By the clock of the stage no time goes by: nothing but the word of the clear can end the wait.
    expect(await waiting).toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
  });

  it('removes what is in the states that are named', async () => {
    const stage = await QueueStage.open();
    await states(stage);
    expect(await stage.queue.clear('failed')).toBe(1);
    expect(await stage.queue.clear(['completed', 'scheduled'])).toBe(2);
    await expect(stage.queue.clear('waitng' as never)).rejects.toMatchObject({
      code: 'TASKS_INVALID_OPTION',
    });
  });
});

describe('pause', () => {
  it('hands out no job until resume', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('a');
    await queue.pause();
    expect(await queue.dequeue()).toBeUndefined();
    await queue.resume();
    expect(await queue.dequeue()).toMatchObject({ name: 'a' });
  });
});

describe('jobs', () => {
  it('lists them newest first, page by page', async () => {
    const { queue, clock } = await QueueStage.open();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await queue.enqueue(name);
      await clock.advance(1);
    }
    const first = await queue.jobs({ limit: 2 });
    const second = await queue.jobs({ limit: 2, cursor: first.cursor as string });
    const third = await queue.jobs({ limit: 2, cursor: second.cursor as string });
    const names = [first, second, third].map(({ items }) => items.map(({ name }) => name));
    expect(names).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
    expect(third.cursor).toBeUndefined();
  });

  it('lists those of a state or a task', async () => {
    const stage = await QueueStage.open();
    await states(stage);
    expect((await stage.queue.jobs({ states: ['failed', 'running'] })).items).toHaveLength(2);
    expect((await stage.queue.jobs({ name: 'ready' })).items).toHaveLength(2);
  });

  it.each([
    [{ limit: 0 }],
    [{ limit: 1_001 }],
    [{ limit: 2.5 }],
    [{ states: ['dead'] }],
    [{ name: 5 }],
    [{ before: 'yesterday' }],
    [{ before: Number.NaN }],
    [{ olderThan: -1 }],
    [{ order: 'newst' }],
    [{ cursor: 5 }],
  ])('refuses %j', async (query) => {
    const { queue } = await QueueStage.open();
    await expect(queue.jobs(query as never)).rejects.toMatchObject({ code: 'TASKS_INVALID_OPTION' });
  });

  it.each([7, null, { failed: true }])('refuse states that are no list of them: %j', async (states) => {
    const { queue } = await QueueStage.open();
    const wrong = { code: 'TASKS_INVALID_OPTION', issues: [{ path: 'states' }] };
    await expect(queue.jobs({ states } as never)).rejects.toMatchObject(wrong);
    await expect(queue.clear(states as never)).rejects.toMatchObject(wrong);
    await expect(queue.count(states as never)).rejects.toMatchObject({
      ...wrong,
      issues: [{ path: 'status' }],
    });
  });
});
