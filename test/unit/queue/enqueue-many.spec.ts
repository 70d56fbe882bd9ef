import { describe, expect, it, vi } from 'vitest';
import type { EnqueueRequest } from '../../../lib/contract/index.js';
import { BackendUnavailableError, PartlyEnqueuedError, QueueFullError } from '../../../lib/errors/index.js';
import { JobTemplate } from '../../../lib/queue/index.js';
import { QueueStage } from './queue-stage.js';

describe('TaskQueue.enqueueMany', () => {
  it('gives a handle for each request, in order, from one call of the backend', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    const jobs = await queue.enqueueMany([
      { name: 'a', payload: 1 },
      { name: 'b', payload: 2, delay: '1h' },
      { name: 'c', id: 'own' },
    ]);
    expect(enqueue).toHaveBeenCalledTimes(1);
    expect(jobs.map(({ name, payload, status }) => [name, payload, status])).toEqual([
      ['a', 1, 'pending'],
      ['b', 2, 'scheduled'],
      ['c', undefined, 'pending'],
    ]);
    expect(jobs[2]?.id).toBe('own');
  });

  it('takes what a template of the primary default by its other name has made', async () => {
    const { queue } = await QueueStage.open({ backends: [{ name: 'main' }] });
    const template = new JobTemplate('a', 1, {}, 'main');
    expect(await queue.enqueueMany([template.create()])).toMatchObject([{ queue: 'default', payload: 1 }]);
  });

  it('takes no requests at all', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    expect(await queue.enqueueMany([])).toEqual([]);
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('gives the jobs that are there already in their places', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('a', 'old', { id: 'there' });
    const jobs = await queue.enqueueMany([
      { name: 'a', payload: 'new' },
      { name: 'a', payload: 'new', id: 'there' },
      { name: 'a', payload: 'new' },
    ]);
    expect(jobs.map(({ payload }) => payload)).toEqual(['new', 'old', 'new']);
  });

  it('tells of each new job', async () => {
    const stage = await QueueStage.open();
    await stage.queue.enqueueMany([{ name: 'a' }, { name: 'b' }]);
    expect(stage.events.map(({ taskName }) => taskName)).toEqual(['a', 'b']);
  });
});

describe('one bad request', () => {
  const bad: EnqueueRequest = { name: 'b', payload: { amount: 1n } };

  it('refuses the whole call before anything is sent, with its own error', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    await expect(queue.enqueueMany([{ name: 'a' }, bad])).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [{ path: 'amount' }],
    });
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('among others has all problems listed by their place in the call', async () => {
    const { queue } = await QueueStage.open();
    const requests = [
      { name: 'a' },
      bad,
      { name: '{x}' },
      { name: 'c', priorty: 1 },
      null,
      { name: 'd', delay: -1 },
    ];
    await expect(queue.enqueueMany(requests as EnqueueRequest[])).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      message: expect.stringMatching(
        /^5 of 6 requests.*\n {2}- 1: .*\n {2}- 2: .*\n {2}- 3: Invalid options:\n {6}- priorty: /,
      ),
      issues: [
        { path: '1', message: expect.stringContaining('bigint') },
        { path: '2', message: expect.stringContaining('{x}') },
        { path: '3', message: expect.stringContaining('Did you mean "priority"?') },
        { path: '4', message: expect.stringContaining('object') },
        { path: '5', message: expect.stringContaining('delay') },
      ],
    });
    expect(await queue.count()).toBe(0);
  });

  it('is one of many in a message that stays readable', async () => {
    const { queue } = await QueueStage.open();
    const error = await queue
      .enqueueMany(Array.from({ length: 100 }, () => bad))
      .catch((thrown: Error) => thrown);
    expect((error as Error).message).toContain('… and 80 more');
    expect(error).toMatchObject({ issues: { length: 100 } });
  });

  it.each([[undefined], ['a'], [{ name: 'a' }]])('is a call without a list: %j', async (requests) => {
    const { queue } = await QueueStage.open();
    await expect(queue.enqueueMany(requests as never)).rejects.toMatchObject({
      code: 'TASKS_INVALID_OPTION',
    });
  });

  it('is meant for another queue', async () => {
    const { queue } = await QueueStage.open();
    const request = { name: 'a', queue: 'bulk' };
    await expect(queue.enqueueMany([request])).rejects.toMatchObject({ code: 'TASKS_INVALID_OPTION' });
  });
});

describe('what the backend refuses', () => {
  const small = { queues: [{ name: 'small', maxSize: 2 }] };
  const three = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

  it('refuses the whole call with the error that began it', async () => {
    const { side } = await QueueStage.open(small);
    const queue = side.queues.get('small');
    await expect(queue.enqueueMany(three)).rejects.toBeInstanceOf(QueueFullError);
    expect(await queue.count()).toBe(0);
  });

  it('refuses part of it where the backend cannot do all or nothing, and says which', async () => {
    const { side } = await QueueStage.open({
      ...small,
      capabilities: { features: { atomicEnqueue: false } },
    });
    const queue = side.queues.get('small');
    const error = await queue.enqueueMany(three).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PartlyEnqueuedError);
    expect(error).toMatchObject({
      code: 'TASKS_PARTLY_ENQUEUED',
      jobs: [{ queue: 'small' }, { queue: 'small' }],
      refused: [{ index: 2, error: { code: 'TASKS_QUEUE_FULL' } }],
    });
    expect(await queue.count()).toBe(2);
  });

  it('can be left at its part by the caller', async () => {
    const { side } = await QueueStage.open(small);
    const queue = side.queues.get('small');
    await expect(queue.enqueueMany(three, { atomic: false })).rejects.toBeInstanceOf(PartlyEnqueuedError);
    expect(await queue.count()).toBe(2);
  });

  it('includes all or nothing on a backend that cannot', async () => {
    const { queue } = await QueueStage.open({ capabilities: { features: { atomicEnqueue: false } } });
    await expect(queue.enqueueMany(three, { atomic: true })).rejects.toMatchObject({
      code: 'TASKS_UNSUPPORTED',
    });
  });

  it('includes a transaction on a backend that has none', async () => {
    const { queue } = await QueueStage.open();
    await expect(queue.enqueueMany(three, { tx: {} })).rejects.toMatchObject({ code: 'TASKS_UNSUPPORTED' });
  });

  it('asks for no rehearsal where nothing can be refused', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    await queue.enqueueMany(three);
    expect(enqueue.mock.lastCall?.[1]).toMatchObject({ atomic: false });
  });

  it('carries every id when the broker is in trouble', async () => {
    const { queue, backend } = await QueueStage.open();
    vi.spyOn(backend.queue, 'enqueue').mockRejectedValueOnce(
      new BackendUnavailableError('memory', 'not-sent'),
    );
    await expect(
      queue.enqueueMany([
        { name: 'a', id: 'x' },
        { name: 'b', id: 'y' },
      ]),
    ).rejects.toMatchObject({
      outcome: 'not-sent',
      jobs: [{ id: 'x' }, { id: 'y' }],
    });
  });
});
