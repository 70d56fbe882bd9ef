import { describe, expect, it, vi } from 'vitest';
import type { StateBackend } from '../../../lib/contract/index.js';
import { UnsupportedOperationError } from '../../../lib/errors/index.js';
import type { TaskQueue } from '../../../lib/queue/index.js';
import { QueueStage } from '../queue/queue-stage.js';
import { rejection } from '../rejection.js';

const fleet = { capabilities: { scope: 'fleet' as const } };
const completed = { kind: 'completed', result: '42' } as const;

/** Ends a job without telling anybody, as a process that dies after its settle does. */
const endSilently = async (queue: TaskQueue): Promise<void> => {
  const { backend, name } = queue;
  const { jobs } = await backend.claim({ worker: 'w', lease: 30_000, take: [{ queue: name, limit: 1 }] });
  const settle = jobs.map(({ receipt }) => ({ receipt, outcome: completed }));
  await backend.claim({ worker: 'w', lease: 30_000, take: [], settle });
};

/** Lets everything that is under way come to rest. */
const rest = (stage: QueueStage): Promise<void> => stage.clock.advance(0);

describe('waiting for a job in this process', () => {
  it('ends with the job, by push', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const { promise } = stage.side.finished.wait(job);
    await stage.run(completed);
    await expect(promise).resolves.toMatchObject({ id: job.id, state: 'completed', result: '42' });
  });

  it('ends at once when the job has ended already', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    await endSilently(stage.queue);
    await expect(stage.side.finished.wait(job).promise).resolves.toMatchObject({ state: 'completed' });
  });

  it('does not miss an end that comes between its registration and its look', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const claimed = await stage.claim();
    const get = stage.backend.queue.get.bind(stage.backend.queue);
    vi.spyOn(stage.backend.queue, 'get').mockImplementationOnce(async (refs) => {
      const seen = await get(refs);
      await stage.settle(claimed, completed);
      return seen;
    });
    await expect(stage.side.finished.wait(job).promise).resolves.toMatchObject({ state: 'completed' });
  });

  it('serves all who wait for one job', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const ends = [1, 2, 3].map(() => stage.side.finished.wait(job).promise);
    await stage.run(completed);
    expect((await Promise.all(ends)).map(({ state }) => state)).toEqual(Array(3).fill('completed'));
  });

  it('tells of a job that is not there', async () => {
    const stage = await QueueStage.open();
    const { promise } = stage.side.finished.wait({ queue: 'default', id: 'nobody' });
    await expect(promise).rejects.toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
  });

  it('ends with an error for all when the application has shut down, and is refused from then on', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const { finished } = stage.side;
    const waits = [1, 2].map(() => rejection(finished.wait(job).promise));
    await rest(stage);
    finished.close();
    for (const error of await Promise.all(waits)) expect(error).toMatchObject({ code: 'TASKS_CLOSED' });
    expect(() => finished.wait(job)).toThrow(expect.objectContaining({ code: 'TASKS_CLOSED' }));
    expect([finished.hasWaiters, stage.clock.timers]).toEqual([false, 0]);
  });

  it('is refused on a queue that is not declared', async () => {
    const stage = await QueueStage.open();
    expect(() => stage.side.finished.wait({ queue: 'nowhere', id: 'a' })).toThrow(
      expect.objectContaining({ code: 'TASKS_UNKNOWN_QUEUE' }),
    );
  });

  it('gets the end from who knows it, however soon the record goes', async () => {
    const stage = await QueueStage.open({ retention: { completedMax: 0 } });
    const job = await stage.queue.enqueue('a');
    const { promise } = stage.side.finished.wait(job);
    await rest(stage);
    await endSilently(stage.queue);
    const end = {
      queue: 'default',
      id: job.id,
      name: 'a',
      state: 'completed',
      codec: 'json',
      attempt: 1,
      result: '7',
    } as const;
    stage.side.finished.announce(job, end);
    await expect(promise).resolves.toMatchObject({ result: '7' });
  });

  it('gets the end from who is about to tell it, when the record has gone before the first look', async () => {
    const stage = await QueueStage.open({ retention: { completedMax: 0 } });
    const job = await stage.queue.enqueue('a');
    const { promise } = stage.side.finished.wait(job);
    vi.spyOn(stage.backend.queue, 'get').mockResolvedValueOnce([undefined]);
    await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    const { id } = job;
    stage.side.finished.announce(job, {
      queue: 'default',
      id,
      name: 'a',
      state: 'completed',
      codec: 'json',
      attempt: 1,
    });
    await expect(promise).resolves.toMatchObject({ state: 'completed' });
  });

  it('reads the ends of one tick at once', async () => {
    const stage = await QueueStage.open();
    const jobs = await stage.queue.enqueueMany([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const get = vi.spyOn(stage.backend.queue, 'get');
    for (const job of jobs) stage.side.finished.wait(job);
    await rest(stage);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('fails when the backend cannot say how the job stands', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    vi.spyOn(stage.backend.queue, 'get').mockRejectedValueOnce(new Error('down'));
    await expect(stage.side.finished.wait(job).promise).rejects.toThrow('down');
    expect(stage.side.finished.hasWaiters).toBe(false);
  });
});

describe('who waits', () => {
  it('is known, and nobody once the job has ended', async () => {
    const stage = await QueueStage.open();
    const { finished } = stage.side;
    const job = await stage.queue.enqueue('a');
    expect([finished.hasWaiters, finished.isAwaited(job.id)]).toEqual([false, false]);
    const { promise } = finished.wait(job);
    expect([finished.hasWaiters, finished.isAwaited(job.id), finished.isAwaited('other')]).toEqual([
      true,
      true,
      false,
    ]);
    await stage.run(completed);
    await promise;
    expect([finished.hasWaiters, finished.isAwaited(job.id)]).toEqual([false, false]);
    expect(stage.clock.timers).toBe(0);
  });

  it('can stop waiting, and leaves nothing behind', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const [one, two] = [stage.side.finished.wait(job), stage.side.finished.wait(job)];
    await rest(stage);
    one.cancel();
    expect(stage.side.finished.isAwaited(job.id)).toBe(true);
    two.cancel();
    two.cancel();
    expect(stage.side.finished.hasWaiters).toBe(false);
    expect(stage.clock.timers).toBe(0);
  });

  it('can stop before the first look has come back', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const settled = vi.fn<() => void>();
    const { promise, cancel } = stage.side.finished.wait(job);
    void promise.then(settled, settled);
    cancel();
    await stage.run(completed);
    await rest(stage);
    expect(settled).not.toHaveBeenCalled();
    expect(stage.clock.timers).toBe(0);
  });
});

describe('an end that nobody tells', () => {
  it('is found by a look every five seconds where ends are pushed', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const { promise } = stage.side.finished.wait(job);
    const settled = vi.fn<() => void>();
    void promise.then(settled);
    await rest(stage);
    await endSilently(stage.queue);
    await stage.clock.advance(4_999);
    expect(settled).not.toHaveBeenCalled();
    await stage.clock.advance(1);
    expect(settled).toHaveBeenCalledTimes(1);
    expect(stage.clock.timers).toBe(0);
  });

  it('is found by one look for all who wait on a queue', async () => {
    const stage = await QueueStage.open();
    const jobs = await stage.queue.enqueueMany([{ name: 'a' }, { name: 'b' }]);
    for (const job of jobs) stage.side.finished.wait(job);
    await rest(stage);
    const get = vi.spyOn(stage.backend.queue, 'get');
    await stage.clock.advance(10_000);
    expect(get.mock.calls.map(([refs]) => refs.length)).toEqual([2, 2]);
  });

  it('is found after a look that failed', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const { promise } = stage.side.finished.wait(job);
    await rest(stage);
    await endSilently(stage.queue);
    vi.spyOn(stage.backend.queue, 'get').mockRejectedValueOnce(new Error('down'));
    await stage.clock.advance(10_000);
    await expect(promise).resolves.toMatchObject({ state: 'completed' });
  });

  it('may be that the job was removed', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('a');
    const ended = rejection(stage.side.finished.wait(job).promise);
    await rest(stage);
    await stage.backend.queue.remove([{ queue: 'default', id: job.id }]);
    await stage.clock.advance(5_000);
    expect(await ended).toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
  });
});

describe('waiting for a job of another process', () => {
  const twoProcesses = async () => {
    const here = await QueueStage.open(fleet);
    const there = await QueueStage.open({ sharing: here });
    return { here, there };
  };

  it('ends by a message', async () => {
    const { here, there } = await twoProcesses();
    const job = await here.queue.enqueue('a');
    const { promise } = here.side.finished.wait(job);
    await rest(here);
    expect(there.side.finished.hasWaiters).toBe(true);
    await there.run(completed);
    await expect(promise).resolves.toMatchObject({ id: job.id, result: '42' });
  });

  it('is told by one message a queue and tick', async () => {
    const { here, there } = await twoProcesses();
    const publish = vi.spyOn(here.backend.state, 'publish');
    const jobs = await here.queue.enqueueMany([{ name: 'a' }, { name: 'b' }]);
    for (const { id } of jobs) there.side.finished.announce({ queue: 'default', id });
    there.side.finished.announce({ queue: 'bulk', id: 'x' });
    await rest(here);
    expect(publish.mock.calls.map(([channel, message]) => [channel, JSON.parse(String(message))])).toEqual([
      ['finished:default', jobs.map(({ id }) => id)],
      ['finished:bulk', ['x']],
    ]);
  });

  it('ends by a look when the message could not be sent', async () => {
    const { here, there } = await twoProcesses();
    vi.spyOn(here.backend.state, 'publish').mockRejectedValueOnce(new Error('down'));
    const job = await here.queue.enqueue('a');
    const { promise } = here.side.finished.wait(job);
    await rest(here);
    await there.run(completed);
    await here.clock.advance(5_000);
    await expect(promise).resolves.toMatchObject({ state: 'completed' });
  });

  it('does not mind messages that are none, or are about others', async () => {
    const { here } = await twoProcesses();
    const job = await here.queue.enqueue('a');
    const { promise } = here.side.finished.wait(job);
    const settled = vi.fn<() => void>();
    void promise.then(settled, settled);
    await rest(here);
    for (const message of ['', '{', '{"a":1}', '[1,null]', '["other"]', JSON.stringify([job.id])]) {
      await here.backend.state.publish('finished:default', message);
    }
    await rest(here);
    expect(settled).not.toHaveBeenCalled();
  });

  it('listens while somebody waits, and no longer', async () => {
    const { here, there } = await twoProcesses();
    const close = vi.fn<() => Promise<void>>().mockResolvedValue();
    const watch = vi.spyOn(here.backend.state, 'watch').mockResolvedValue({ close });
    const jobs = await here.queue.enqueueMany([{ name: 'a' }, { name: 'b' }]);
    const waits = jobs.map((job) => here.side.finished.wait(job));
    await rest(here);
    expect(watch).toHaveBeenCalledTimes(1);
    waits[0]?.cancel();
    await rest(here);
    expect(close).not.toHaveBeenCalled();
    waits[1]?.cancel();
    await rest(here);
    expect(close).toHaveBeenCalledTimes(1);
    expect(there.clock.timers).toBe(0);
  });

  it('looks again after a connection was lost', async () => {
    const { here } = await twoProcesses();
    const watch = vi.spyOn(here.backend.state, 'watch').mockResolvedValue({ close: async () => undefined });
    const job = await here.queue.enqueue('a');
    const { promise } = here.side.finished.wait(job);
    await rest(here);
    await endSilently(here.queue);
    watch.mock.lastCall?.[2]?.();
    await expect(promise).resolves.toMatchObject({ state: 'completed' });
  });

  it('looks every half second where nothing pushes', async () => {
    const { here } = await twoProcesses();
    const state: StateBackend = here.backend.state;
    vi.spyOn(state, 'watch').mockRejectedValue(new UnsupportedOperationError('watch', 'memory', 'Poll.'));
    const job = await here.queue.enqueue('a');
    const { promise } = here.side.finished.wait(job);
    const settled = vi.fn<() => void>();
    void promise.then(settled);
    await rest(here);
    await endSilently(here.queue);
    await here.clock.advance(499);
    expect(settled).not.toHaveBeenCalled();
    await here.clock.advance(1);
    expect(settled).toHaveBeenCalledTimes(1);
  });
});
