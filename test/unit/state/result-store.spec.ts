import { describe, expect, it, vi } from 'vitest';
import { JobResult } from '../../../lib/state/index.js';
import { QueueStage } from '../queue/queue-stage.js';
import { rejection } from '../rejection.js';

const completed = { kind: 'completed', result: '{"rows":3}' } as const;

describe('ResultStore.get', () => {
  it('gives what a completed job returned', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    const job = await stage.claim();
    await stage.clock.advance(80);
    await stage.settle(job, completed);
    const result = await stage.side.results.get(id);
    expect(result).toBeInstanceOf(JobResult);
    expect(result).toMatchObject({
      isSuccess: true,
      data: { rows: 3 },
      error: undefined,
      retryCount: 0,
      duration: 80,
    });
  });

  it('gives the error of a dead letter, without throwing', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import', 1, { maxRetries: 1 });
    await stage.run({ kind: 'retry', in: 0, error: { name: 'Error', message: 'first' } });
    await stage.fail('last');
    expect(await stage.side.results.get(id)).toMatchObject({
      isSuccess: false,
      data: undefined,
      error: { message: 'last' },
      retryCount: 1,
    });
  });

  it('gives the reason of a cancelled one', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('import');
    await job.cancel('not wanted');
    expect(await stage.side.results.get(job.id)).toMatchObject({
      isSuccess: false,
      error: { name: 'TaskCancelledError', message: 'not wanted', code: 'TASKS_CANCELLED' },
    });
  });

  it('gives undefined while a job goes on, and for none', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    expect(await stage.side.results.get(id)).toBeUndefined();
    expect(await stage.side.results.get('nobody')).toBeUndefined();
    await expect(stage.side.results.get('{x}')).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
  });

  it('keeps a result for its time and no longer', async () => {
    const stage = await QueueStage.open({ retention: { completedTtl: '10s' } });
    const { id } = await stage.queue.enqueue('import');
    await stage.run(completed);
    await stage.clock.advance(9_000);
    expect(await stage.side.results.get(id)).toBeDefined();
    await stage.clock.advance(2_000);
    await stage.side.results.cleanup();
    expect(await stage.side.results.get(id)).toBeUndefined();
  });

  it('looks on the queue that is named alone, by either of its names', async () => {
    const stage = await QueueStage.open({ backends: [{ name: 'main' }] });
    const { id } = await stage.queue.enqueue('import');
    await stage.run(completed);
    expect(await stage.side.results.get(id, 'bulk')).toBeUndefined();
    expect(await stage.side.results.get(id, 'default')).toBeDefined();
    expect(await stage.side.results.get(id, 'main')).toBeDefined();
    await expect(stage.side.results.get(id, 'nowhere')).rejects.toMatchObject({
      code: 'TASKS_UNKNOWN_QUEUE',
    });
  });
});

describe('ResultStore.wait', () => {
  it('waits for a job by its bare id', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.side.queues.get('bulk').enqueue('import');
    const result = stage.side.results.wait(id);
    await stage.clock.advance(0);
    await stage.run(completed, 'bulk');
    await expect(result).resolves.toEqual({ rows: 3 });
  });

  it('takes a queue by either of its names', async () => {
    const stage = await QueueStage.open({ backends: [{ name: 'main' }] });
    const { id } = await stage.queue.enqueue('import');
    const results = [stage.side.results.wait(id, {}, 'main'), stage.side.results.wait(id, {}, 'default')];
    await stage.run(completed);
    await expect(Promise.all(results)).resolves.toEqual([{ rows: 3 }, { rows: 3 }]);
  });

  it('stops when its time is over', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    const ended = rejection(stage.side.results.wait(id, { timeout: '2s' }));
    await stage.clock.advance(2_000);
    expect(await ended).toMatchObject({ code: 'TASKS_RESULT_TIMEOUT', jobId: id, timeout: 2_000 });
    expect(stage.clock.timers).toBe(0);
    expect(stage.side.finished.hasWaiters).toBe(false);
  });

  it('stops when its signal is aborted, with the signal’s reason', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    const abort = new AbortController();
    const remove = vi.spyOn(abort.signal, 'removeEventListener');
    const ended = rejection(stage.side.results.wait(id, { signal: abort.signal }));
    await stage.clock.advance(0);
    abort.abort(new Error('client left'));
    expect(await ended).toMatchObject({ message: 'client left' });
    expect(stage.clock.timers).toBe(0);
    expect(stage.side.finished.hasWaiters).toBe(false);
    expect(remove).toHaveBeenCalledTimes(1);
  });

  it('does not begin under a signal that is aborted already', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(stage.side.results.wait(id, { signal })).rejects.toThrow('too late');
    expect(stage.side.finished.hasWaiters).toBe(false);
  });

  it('leaves no listener on the signal when the job ends', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const result = stage.side.results.wait(id, { signal });
    await stage.clock.advance(0);
    await stage.run(completed);
    await result;
    expect(remove).toHaveBeenCalledTimes(1);
    expect(stage.clock.timers).toBe(0);
  });

  it.each([
    ['a job that is not there', 'nobody', {}, 'TASKS_JOB_NOT_FOUND'],
    ['a hostile id', '{x}', {}, 'TASKS_INVALID_NAME'],
  ])('refuses %s', async (_what, id, options, code) => {
    const stage = await QueueStage.open();
    await expect(stage.side.results.wait(id, options)).rejects.toMatchObject({ code });
  });

  it('refuses a time that cannot be read', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    await expect(stage.side.results.wait(id, { timeout: 'long' })).rejects.toMatchObject({
      code: 'TASKS_INVALID_DURATION',
    });
    await expect(stage.side.results.wait(id, { timeout: -1 })).rejects.toMatchObject({
      code: 'TASKS_INVALID_DURATION',
    });
  });
});

describe('ResultStore.delete', () => {
  it('forgets a finished job and no other', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    expect(await stage.side.results.delete(id)).toBe(false);
    await stage.run(completed);
    expect(await stage.side.results.delete(id)).toBe(true);
    expect(await stage.side.results.delete(id)).toBe(false);
    expect(await stage.side.results.get(id)).toBeUndefined();
  });
});

describe('ResultStore.stats', () => {
  it('counts results and says how many there is room for', async () => {
    const stage = await QueueStage.open({ retention: { completedTtl: '10s' } });
    await stage.queue.enqueueMany([{ name: 'a' }, { name: 'b' }]);
    await stage.run(completed);
    await stage.fail();
    expect(await stage.side.results.stats()).toEqual({
      size: 1,
      capacity: 3_000,
      ttl: 10_000,
      queues: {
        urgent: { size: 0, capacity: 1_000 },
        default: { size: 1, capacity: 1_000 },
        bulk: { size: 0, capacity: 1_000 },
      },
    });
  });

  it('tells of one queue, with the capacity of the options', async () => {
    const stage = await QueueStage.open({ retention: { completedMax: 7 } });
    expect(await stage.side.results.stats('bulk')).toMatchObject({
      size: 0,
      capacity: 7,
      queues: { bulk: { capacity: 7 } },
    });
  });

  it('never counts more than there is room for', async () => {
    const stage = await QueueStage.open({ retention: { completedMax: 2 } });
    await stage.queue.enqueueMany([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    for (let run = 0; run < 3; run += 1) await stage.run(completed);
    expect((await stage.side.results.stats('default')).size).toBe(2);
  });
});

describe('ResultStore.cleanup', () => {
  it('tells of jobs that ended inside the store meanwhile', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('stalls', 1, { maxRetries: 9 });
    const ended = rejection(job.result({ timeout: '1h' }));
    for (let loss = 0; loss < 3; loss += 1) {
      await stage.claim();
      await stage.clock.advance(120_000);
      if (loss < 2) await stage.backend.queue.recover();
      await stage.clock.advance(60_000);
    }
    await stage.side.results.cleanup();
    expect(stage.events).toContainEqual(expect.objectContaining({ type: 'failed', taskId: job.id }));
    expect(await ended).toMatchObject({ code: 'TASKS_EXECUTION' });
  });
});
