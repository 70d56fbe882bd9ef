import { describe, expect, it, vi } from 'vitest';
import type { QueueBackend } from '../../../lib/contract/index.js';
import { JobTemplate } from '../../../lib/queue/index.js';
import { EmailTasks } from './email-tasks.js';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

const several = {
  backends: [{ name: 'one' }, { name: 'two' }],
  queues: [{ name: 'reports', backend: 'two' }],
};

describe('TaskManager.enqueue', () => {
  it('takes the name of a task, and puts it on its own queue', async () => {
    const stage = await QueueStage.open();
    const { side } = stage;
    stage.define({ name: 'report', queue: 'bulk' });
    expect(await side.manager.enqueue('report', { month: 5 })).toMatchObject({
      queue: 'bulk',
      payload: { month: 5 },
    });
  });

  it('puts a task that is not known here on the default queue', async () => {
    const { side } = await QueueStage.open();
    expect(await side.manager.enqueue('elsewhere')).toMatchObject({ queue: 'default', name: 'elsewhere' });
  });

  it('takes an unbound method, even when only its class is known here', async () => {
    const { side } = await QueueStage.open();
    const job = await side.manager.enqueue(EmailTasks.prototype.send, { to: 'ada' });
    expect(job).toMatchObject({
      name: 'send-email',
      queue: 'urgent',
      priority: 7,
      maxRetries: 1,
      payload: { to: 'ada' },
    });
    expect(await side.manager.enqueue(EmailTasks.prototype.digest)).toMatchObject({
      name: 'digest',
      queue: 'default',
    });
  });

  it('takes a queue of choice, and options', async () => {
    const { side } = await QueueStage.open();
    const job = await side.manager.enqueue('report', 1, { queue: 'bulk', priority: 2, delay: '1h' });
    expect(job).toMatchObject({ queue: 'bulk', priority: 2, status: 'scheduled' });
    expect(
      await side.manager.enqueue(EmailTasks.prototype.send, { to: 'ada' }, { queue: 'bulk' }),
    ).toMatchObject({ queue: 'bulk' });
  });

  it('takes a call as a value, with options that go before its own', async () => {
    const { side } = await QueueStage.open();
    const call = side.clients
      .create(EmailTasks)
      .send.signature({ to: 'ada' }, { priority: 1, maxRetries: 4 });
    expect(await side.manager.enqueue(call)).toMatchObject({
      name: 'send-email',
      queue: 'urgent',
      priority: 1,
      maxRetries: 4,
    });
    const job = await side.manager.enqueue(call, { priority: 2, queue: 'bulk' });
    expect(job).toMatchObject({ queue: 'bulk', priority: 2, maxRetries: 4, payload: { to: 'ada' } });
  });

  it('takes a template', async () => {
    const { side } = await QueueStage.open();
    const template = new JobTemplate('report', { month: 5 }, { priority: 2 }, 'bulk');
    const jobs = await Promise.all([side.manager.enqueue(template), side.manager.enqueue(template)]);
    expect(jobs).toMatchObject([
      { queue: 'bulk', priority: 2 },
      { queue: 'bulk', priority: 2 },
    ]);
    expect(jobs[0]?.id).not.toBe(jobs[1]?.id);
  });

  it.each([
    ['a method that is no task', EmailTasks.prototype.helper, 'TASKS_NOT_FOUND'],
    ['a function', () => undefined, 'TASKS_NOT_FOUND'],
    ['a hostile name', "'; DROP", 'TASKS_INVALID_NAME'],
    ['nothing', null, 'TASKS_INVALID_NAME'],
    ['a number', 42, 'TASKS_INVALID_NAME'],
  ])('refuses %s', async (_what, task, code) => {
    const { side } = await QueueStage.open();
    await expect(side.manager.enqueue(task as string)).rejects.toMatchObject({ code });
  });

  it('refuses a queue that is not declared, with the nearest name', async () => {
    const { side } = await QueueStage.open();
    await expect(side.manager.enqueue('a', 1, { queue: 'blk' })).rejects.toThrow('Did you mean "bulk"?');
  });
});

describe('a bare id', () => {
  it('is looked for on every declared queue, by one call a backend', async () => {
    const { side, backends } = await QueueStage.open(several);
    const { id } = await side.queues.get('reports').enqueue('a');
    const gets = [...backends.values()].map(({ queue }: { queue: QueueBackend }) => vi.spyOn(queue, 'get'));
    expect(await side.manager.get(id)).toMatchObject({ id, queue: 'reports' });
    expect(gets.map((get) => get.mock.calls.length)).toEqual([1, 1]);
    expect(gets[1]?.mock.lastCall?.[0].map(({ queue }) => queue)).toEqual(['two', 'reports']);
  });

  it('that nobody has gives undefined', async () => {
    const { side } = await QueueStage.open(several);
    expect(await side.manager.get('nobody')).toBeUndefined();
    expect(await side.manager.cancel('nobody')).toBe(false);
    expect(await side.manager.delete('nobody')).toBe(false);
  });

  it('that is hostile is refused', async () => {
    const { side } = await QueueStage.open();
    for (const call of ['get', 'cancel', 'delete'] as const) {
      await expect(side.manager[call]('{x}')).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
    }
  });

  it('is enough to cancel a job', async () => {
    const { side } = await QueueStage.open(several);
    const job = await side.queues.get('reports').enqueue('a');
    const ended = rejection(job.result());
    expect(await side.manager.cancel(job.id, 'enough')).toBe(true);
    expect(await ended).toMatchObject({ reason: 'enough' });
  });

  it('is enough to forget a job', async () => {
    const { side } = await QueueStage.open(several);
    const { id } = await side.queues.get('reports').enqueue('a');
    expect(await side.manager.delete(id)).toBe(true);
    expect(await side.manager.get(id)).toBeUndefined();
  });
});
