import { describe, expect, it } from 'vitest';
import { TaskValidationError } from '../../../lib/errors/index.js';
import { PoolDesk } from './pool-desk.js';

describe('the statistics of a pool', () => {
  it('count jobs, failures and times by worker, and all together', async () => {
    const desk = new PoolDesk({ workerCount: 2, maxConcurrentTasks: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default', 2);
    await desk.settle();
    await desk.clock.advance(100);
    await end(begun[0]!);
    await desk.clock.advance(200);
    await end(begun[1]!);
    const one = { jobs: 1, failures: 0, uptime: 300, active: 0, capacity: 1 };
    expect(desk.pool.workerStats().toSorted((a, b) => a.busyTime - b.busyTime)).toEqual([
      { workerId: 'here-2', ...one, meanTime: 100, busyTime: 100 },
      { workerId: 'here-1', ...one, meanTime: 300, busyTime: 300 },
    ]);
    expect(desk.pool.stats()).toMatchObject({
      running: true,
      size: 2,
      capacity: 2,
      active: 0,
      jobs: 2,
      failures: 0,
      busyTime: 400,
      meanTime: 200,
      uptime: 300,
      leasesLost: 0,
      zombies: 0,
    });
  });

  it('count each failed run, the ones that are tried again included', async () => {
    const desk = new PoolDesk();
    desk.handle(() => Promise.reject(new TaskValidationError('no')));
    await desk.start();
    await desk.enqueue('default', 1, { maxRetries: 1 });
    await desk.clock.advance(10_000);
    await desk.settle();
    expect(desk.pool.stats()).toMatchObject({ jobs: 2, failures: 2 });
  });

  it('count a job that nobody handles as a failure, and one that is put back for others not at all', async () => {
    const failing = new PoolDesk();
    await failing.enqueue('default');
    await failing.start();
    expect(failing.pool.stats()).toMatchObject({ jobs: 1, failures: 1, active: 0 });
    const releasing = new PoolDesk({ executor: { unknownTask: 'release' } });
    await releasing.enqueue('default');
    await releasing.start();
    expect(releasing.pool.stats()).toMatchObject({ jobs: 0, failures: 0, active: 0 });
    expect(await releasing.record('default-1')).toMatchObject({ state: 'scheduled', attempt: 0 });
  });

  it('do not count what an open circuit gives back', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    desk.handle(() => Promise.reject(new Error('down')), {
      circuitBreaker: { threshold: 1, cooldown: 1_000_000 },
    });
    await desk.enqueue('default', 5);
    await desk.start();
    expect(desk.pool.stats()).toMatchObject({ jobs: 1, failures: 1, active: 0 });
    expect(await desk.counts('default')).toEqual({ retrying: 1, scheduled: 4 });
  });

  it('keep what workers did that were scaled away', async () => {
    const desk = new PoolDesk({ workerCount: 4, maxConcurrentTasks: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default', 4);
    await desk.settle();
    await desk.clock.advance(10);
    await end(begun[0]!, begun[1]!);
    await desk.pool.scaleTo(1);
    await end(begun[2]!, begun[3]!);
    expect(desk.pool.stats()).toMatchObject({ size: 1, jobs: 4, busyTime: 40, meanTime: 10 });
    await desk.pool.scaleTo(2);
    expect(desk.pool.stats()).toMatchObject({ size: 2, jobs: 4, busyTime: 40 });
  });

  it('count slots as taken until their jobs have ended, also while the end is not settled', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 2 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 3);
    await desk.start();
    expect(desk.pool.stats().active).toBe(2);
    desk.memory.queue.next('claim', () => Promise.reject(new Error('down')));
    await end(begun[0]!);
    expect(desk.pool.stats().active).toBe(1);
  });

  it('are all zero before the first start', () => {
    const { pool } = new PoolDesk();
    expect(pool.stats()).toMatchObject({
      running: false,
      size: 0,
      active: 0,
      jobs: 0,
      meanTime: 0,
      uptime: 0,
    });
    expect(pool.workers).toEqual([]);
  });

  it('can be read after a stop, and begin anew with the next start', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    await desk.enqueue('default', 3);
    await desk.settle();
    await desk.pool.stop();
    expect(desk.pool.stats()).toMatchObject({ running: false, jobs: 3, uptime: 0 });
    await desk.start();
    expect(desk.pool.stats()).toMatchObject({ running: true, jobs: 0 });
  });

  it('tell what the process uses', async () => {
    const desk = new PoolDesk();
    await desk.start();
    const { process: used } = desk.pool.stats();
    expect(used.memory).toBeGreaterThan(10_000_000);
    expect(used.heapUsed).toBeGreaterThan(1_000_000);
    expect(used.cpu).toBeGreaterThan(0);
    for (const lag of Object.values(used.eventLoopLag)) expect(lag).toBeGreaterThanOrEqual(0);
    await desk.pool.stop();
  });
});

describe('zombies', () => {
  it('stop the claiming when there are too many, until one is laid to rest', async () => {
    const desk = new PoolDesk({ maxZombies: 2, pollInterval: 500 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default', 2, { timeout: 100, maxRetries: 0 });
    await desk.clock.advance(100);
    await desk.settle();
    expect(desk.pool.stats()).toMatchObject({ zombies: 2, active: 0 });
    await desk.enqueue('default', 1);
    await desk.clock.advance(5_000);
    expect(begun).toHaveLength(2);
    await end(begun[0]!);
    await desk.clock.advance(500);
    await desk.settle();
    expect([begun.length, desk.pool.stats().zombies]).toEqual([3, 1]);
  });

  it('do not hold up settlements', async () => {
    const desk = new PoolDesk({ maxZombies: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    const [slow] = await desk.enqueue('default', 1, { timeout: 100, maxRetries: 0 });
    const [other] = await desk.enqueue('default');
    await desk.clock.advance(100);
    await desk.settle();
    await end(begun.find((id) => id === other)!);
    expect([await desk.state(slow!), await desk.state(other!)]).toEqual(['failed', 'completed']);
  });
});
