import { describe, expect, it, vi } from 'vitest';
import { type EnqueueVerdict, type NewJob, systemClock } from '../../../lib/contract/index.js';
import { BackendUnavailableError, QueueFullError, TasksClosedError } from '../../../lib/errors/index.js';
import { EnqueueGather } from '../../../lib/queue/index.js';
import { QueueStage } from './queue-stage.js';

describe('enqueue calls of one tick', () => {
  it('travel together, in their order', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    const jobs = await Promise.all([queue.enqueue('a'), queue.enqueue('b'), queue.enqueue('c')]);
    expect(enqueue).toHaveBeenCalledTimes(1);
    expect(enqueue.mock.lastCall?.[0].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(jobs.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('travel together from several queues of one backend', async () => {
    const { side, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    await Promise.all([side.queues.get('urgent').enqueue('a'), side.queues.get('bulk').enqueue('b')]);
    expect(enqueue).toHaveBeenCalledTimes(1);
  });

  it('travel apart to several backends', async () => {
    const { side, backends } = await QueueStage.open({ backends: [{ name: 'one' }, { name: 'two' }] });
    const calls = [...backends.values()].map(({ queue }) => vi.spyOn(queue, 'enqueue'));
    await Promise.all([side.queues.get('default').enqueue('a'), side.queues.get('two').enqueue('b')]);
    expect(calls.map((enqueue) => enqueue.mock.calls.length)).toEqual([1, 1]);
  });

  it('leave the tick that they were made in when there is one alone', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    const enqueued = queue.enqueue('a');
    expect(enqueue).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(enqueue).toHaveBeenCalledTimes(1);
    await enqueued;
  });

  it('leave at once when a flush is full', async () => {
    const { queue, backend } = await QueueStage.open({ capabilities: { enqueueBatch: 250 } });
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    const enqueued = Array.from({ length: 600 }, () => queue.enqueue('a'));
    expect(enqueue.mock.calls.map(([jobs]) => jobs.length)).toEqual([250, 250]);
    await Promise.all(enqueued);
    expect(enqueue.mock.calls.map(([jobs]) => jobs.length)).toEqual([250, 250, 100]);
  });

  it('keep their order when a batch comes in between', async () => {
    const { queue } = await QueueStage.open();
    await Promise.all([
      queue.enqueue('first'),
      queue.enqueueMany([{ name: 'second' }, { name: 'third' }]),
      queue.enqueue('fourth'),
    ]);
    const { items } = await queue.jobs({ order: 'oldest' });
    expect(items.map(({ name }) => name)).toEqual(['first', 'second', 'third', 'fourth']);
  });
});

describe('verdicts on a flush', () => {
  it('refuse the call that they are about, and no other', async () => {
    const { side } = await QueueStage.open({ queues: [{ name: 'small', maxSize: 1 }] });
    const small = side.queues.get('small');
    const outcomes = await Promise.allSettled([
      small.enqueue('a'),
      small.enqueue('b'),
      side.queues.get('default').enqueue('c'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(QueueFullError) });
  });

  it('fail every call when the broker is in trouble, each with its own job', async () => {
    const { queue, backend } = await QueueStage.open();
    const trouble = new BackendUnavailableError('memory', 'unknown', { cause: new Error('ECONNRESET') });
    vi.spyOn(backend.queue, 'enqueue').mockRejectedValueOnce(trouble);
    const outcomes = await Promise.allSettled([
      queue.enqueue('a', 1, { id: 'a' }),
      queue.enqueue('b', 1, { id: 'b' }),
    ]);
    expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason)).toMatchObject([
      { code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'unknown', jobs: [{ queue: 'default', id: 'a' }] },
      { code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'unknown', jobs: [{ queue: 'default', id: 'b' }] },
    ]);
  });

  it('tell the id that a call can safely be repeated with', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = backend.queue.enqueue.bind(backend.queue);
    vi.spyOn(backend.queue, 'enqueue').mockImplementationOnce(async (jobs) => {
      await enqueue(jobs);
      throw new BackendUnavailableError('memory', 'unknown');
    });
    const error = await queue.enqueue('charge', 'once').catch((thrown: BackendUnavailableError) => thrown);
    const [ref] = (error as BackendUnavailableError).jobs;
    const job = await queue.enqueue('charge', 'once', { id: ref?.id });
    expect(job.id).toBe(ref?.id);
    expect(await queue.count()).toBe(1);
  });

  it('pass a typed error of the backend on', async () => {
    const { queue, backend } = await QueueStage.open();
    vi.spyOn(backend.queue, 'enqueue').mockRejectedValueOnce(new TasksClosedError());
    await expect(queue.enqueue('a')).rejects.toBeInstanceOf(TasksClosedError);
  });

  it('type whatever else a backend throws, also at once', async () => {
    const { queue, backend } = await QueueStage.open();
    const cause = new TypeError('a bug');
    vi.spyOn(backend.queue, 'enqueue').mockImplementationOnce(() => {
      throw cause;
    });
    await expect(queue.enqueue('a')).rejects.toMatchObject({ code: 'TASKS_BACKEND_UNAVAILABLE', cause });
  });

  it('never leave a call without an answer', async () => {
    const { queue, backend } = await QueueStage.open();
    vi.spyOn(backend.queue, 'enqueue').mockResolvedValueOnce([]);
    await expect(queue.enqueue('a')).rejects.toMatchObject({ outcome: 'unknown', jobs: [expect.anything()] });
  });

  it('go on after a flush that failed', async () => {
    const { queue, backend } = await QueueStage.open();
    vi.spyOn(backend.queue, 'enqueue').mockRejectedValueOnce(new Error('once'));
    await expect(queue.enqueue('a')).rejects.toThrow('unavailable');
    await expect(queue.enqueue('b')).resolves.toMatchObject({ name: 'b' });
  });
});

describe('EnqueueGather', () => {
  it('does nothing when there is nothing to send', () => {
    const enqueue = vi.fn<(jobs: readonly NewJob[]) => Promise<EnqueueVerdict[]>>();
    new EnqueueGather({ enqueue }, 'memory', 10, systemClock).flush();
    expect(enqueue).not.toHaveBeenCalled();
  });
});
