import { describe, expect, it } from 'vitest';
import {
  RemoteTaskError,
  RetryLaterError,
  TaskCancelledError,
  UnrecoverableError,
} from '../../../lib/errors/index.js';
import { PoolDesk } from './pool-desk.js';

const worker = {
  taskId: 'default-1',
  taskName: 'work',
  queueName: 'default',
  workerId: 'here-2',
  attempt: 1,
};

async function ran(
  handler: Parameters<PoolDesk['handle']>[0],
  prepare: (desk: PoolDesk) => void = () => undefined,
) {
  const desk = new PoolDesk({ workerCount: 2, maxConcurrentTasks: 1 });
  prepare(desk);
  desk.handle(handler);
  await desk.enqueue('default');
  await desk.start();
  return desk;
}

describe('events of runs that have ended', () => {
  it('tell of a completion with its result as the handler gave it', async () => {
    const result = { at: new Date(0) };
    const desk = await ran(() => result);
    expect(desk.events[1]).toEqual({ type: 'completed', ...worker, result, duration: 0 });
    expect(desk.events[1]).toHaveProperty('result', result);
    expect(desk.ended).toEqual(['default-1']);
  });

  it('tell of a retry with what was thrown, and when it follows', async () => {
    const error = new RetryLaterError('5s');
    const desk = await ran(() => Promise.reject(error));
    expect(desk.events[1]).toEqual({ type: 'retrying', ...worker, error, retryIn: 5_000 });
    expect(desk.ended).toEqual([]);
  });

  it('tell of a dead letter with what was thrown and what is stored', async () => {
    const error = new UnrecoverableError('no');
    const desk = await ran(() => Promise.reject(error));
    expect(desk.events[1]).toMatchObject({ type: 'failed', ...worker, reason: { message: 'no' } });
    expect(desk.events[1]).toHaveProperty('error', error);
    expect(desk.ended).toEqual(['default-1']);
  });

  it('tell of a cancel with its reason', async () => {
    const desk = await ran((_, { job }) => Promise.reject(new TaskCancelledError(job.id, 'moot')));
    expect(desk.events[1]).toEqual({ type: 'cancelled', ...worker, reason: 'moot' });
    expect(desk.ended).toEqual(['default-1']);
  });

  it('tell nothing of a job that is given back', async () => {
    const desk = await ran(
      () => new Promise(() => undefined),
      () => undefined,
    );
    const stopped = desk.pool.stop({ drain: false });
    await desk.clock.advance(2_000);
    await stopped;
    expect(desk.told).toEqual(['started default-1']);
    expect(desk.ended).toEqual([]);
  });

  it('are built only where somebody listens', async () => {
    const desk = await ran(
      () => 1,
      (quiet) => {
        quiet.wanted = [];
        quiet.hasWaiters = false;
      },
    );
    expect([desk.events, desk.ended]).toEqual([[], []]);
    expect(await desk.state('default-1')).toBe('completed');
  });

  it('come only after the verdict: a job is in its state when its event says so', async () => {
    const desk = new PoolDesk();
    const states: Promise<string>[] = [];
    desk.handle(() => 1);
    desk.events.push = (...events) => {
      for (const { type, taskId } of events) if (type === 'completed') states.push(desk.state(taskId));
      return 0;
    };
    await desk.start();
    await desk.enqueue('default', 3);
    await desk.settle();
    expect(await Promise.all(states)).toEqual(['completed', 'completed', 'completed']);
  });

  it('tell of jobs that ended inside the store, of a dependency that failed', async () => {
    const desk = new PoolDesk();
    desk.handle(() => Promise.reject(new UnrecoverableError('no')));
    const [parent] = await desk.enqueue('default');
    const child = { dependsOn: { jobs: [{ queue: 'default', id: parent! }], onFailure: 'fail' as const } };
    const [dependent] = await desk.enqueue('default', 1, child);
    await desk.start();
    await desk.clock.advance(1_000);
    expect(await desk.state(dependent!)).toBe('cancelled');
    expect(desk.told).toContain(`cancelled ${dependent}`);
    expect(desk.ended).toEqual([parent, dependent]);
  });

  it('tell of jobs that stalled too often, whoever had them', async () => {
    const desk = new PoolDesk();
    const [id] = await desk.enqueue('default', 1, { maxStalled: 1 });
    await desk.memory.queue.target.claim({
      worker: 'gone',
      lease: 1_000,
      take: [{ queue: 'default', limit: 1 }],
    });
    await desk.clock.advance(1_000);
    await desk.start();
    expect(await desk.state(id!)).toBe('failed');
    const [event] = desk.events;
    expect(event).toMatchObject({
      type: 'failed',
      taskId: id,
      workerId: 'gone',
      reason: { code: 'TASKS_STALLED' },
    });
    expect(event).toHaveProperty('error', expect.any(RemoteTaskError));
    expect(desk.ended).toEqual([id]);
  });

  it('lose no job of the same answer when they cannot be told', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    desk.handle(() => 1);
    desk.ended.push = () => {
      throw new Error('unknown queue');
    };
    await desk.enqueue('default', 3);
    await desk.start();
    expect(await desk.counts('default')).toEqual({ completed: 3 });
    expect(desk.log.lines).toEqual(Array(3).fill('warn: The end of a job could not be told: unknown queue'));
  });

  it('lose nothing when the end of a job inside the store cannot be told', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.enqueue('default', 1, { maxStalled: 1 });
    await desk.memory.queue.target.claim({
      worker: 'gone',
      lease: 1_000,
      take: [{ queue: 'default', limit: 1 }],
    });
    await desk.clock.advance(1_000);
    desk.ended.push = () => {
      throw new Error('unknown queue');
    };
    await desk.enqueue('default', 2);
    await desk.start();
    expect(await desk.counts('default')).toEqual({ failed: 1, completed: 2 });
  });
});
