import { describe, expect, it } from 'vitest';
import { InvalidDurationError, InvalidOptionError, UnknownQueueError } from '../../../lib/errors/index.js';
import { deferred } from '../middleware/a-context.js';
import { PoolDesk } from './pool-desk.js';

describe('scaleTo', () => {
  it('adds workers, which take what waits', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 2 });
    const { begun } = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    expect(begun).toHaveLength(2);
    await desk.pool.scaleTo(3);
    await desk.settle();
    expect(begun).toHaveLength(6);
    expect(desk.pool.workers.map(({ id }) => id)).toEqual(['here-1', 'here-2', 'here-3']);
  });

  it('lets a worker too many finish what it runs, and gives it nothing more', async () => {
    const desk = new PoolDesk({ workerCount: 3, maxConcurrentTasks: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    await desk.pool.scaleTo(1);
    await desk.settle();
    expect([begun.length, desk.pool.stats().active]).toEqual([3, 3]);
    await end(...begun);
    expect([begun.length, desk.pool.stats().active]).toEqual([4, 1]);
    expect(await desk.counts('default')).toEqual({ completed: 3, running: 1, pending: 6 });
  });

  it('down and up again takes back the workers that still run something, and never runs more than it has slots', async () => {
    const desk = new PoolDesk({ workerCount: 3, maxConcurrentTasks: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    await desk.pool.scaleTo(1);
    await desk.pool.scaleTo(3);
    await desk.settle();
    expect([begun.length, desk.pool.stats().active]).toEqual([3, 3]);
    expect(desk.pool.workers.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'here-1',
      'here-2',
      'here-3',
    ]);
    await end(begun[0]!);
    expect(begun).toHaveLength(4);
  });

  it('to none claims nothing, until there are workers again', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    await desk.pool.scaleTo(0);
    await desk.enqueue('default', 2);
    await desk.clock.advance(5_000);
    expect(await desk.counts('default')).toEqual({ pending: 2 });
    await desk.pool.scaleTo(1);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 2 });
  });

  it('while a claim is under way gives back what finds no slot, without an attempt counted', async () => {
    const desk = new PoolDesk({ workerCount: 2, maxConcurrentTasks: 2 });
    const { begun } = desk.handleByHand();
    await desk.start();
    const gate = deferred();
    desk.memory.queue.next('claim', async (call) => {
      const claim = await call();
      await gate.promise;
      return claim;
    });
    await desk.enqueue('default', 4);
    await desk.settle();
    await desk.pool.scaleTo(1);
    gate.resolve(undefined);
    await desk.settle();
    expect(begun).toEqual(['default-1', 'default-2']);
    expect(await desk.counts('default')).toEqual({ running: 2, pending: 2 });
    expect(await desk.record('default-4')).toMatchObject({ attempt: 0, stalls: 0 });
    expect(desk.pool.stats()).toMatchObject({ active: 2, jobs: 0 });
  });

  it('holds from the next start on when the pool does not run', async () => {
    const desk = new PoolDesk({ workerCount: 1 });
    await desk.pool.scaleTo(3);
    await desk.start();
    expect(desk.pool.stats().size).toBe(3);
  });

  it.each([-1, 1.5, Number.NaN, 10_001])('refuses %d', async (size) => {
    await expect(new PoolDesk().pool.scaleTo(size)).rejects.toThrow(InvalidOptionError);
  });
});

describe('setConcurrency', () => {
  it('gives each worker more slots, at once', async () => {
    const desk = new PoolDesk({ workerCount: 2, maxConcurrentTasks: 1 });
    const { begun } = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    desk.pool.setConcurrency(3);
    await desk.settle();
    expect([begun.length, desk.pool.stats().capacity]).toEqual([6, 6]);
  });

  it('takes slots away as they come free', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 3 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    desk.pool.setConcurrency(1);
    await end(begun[0]!, begun[1]!);
    expect([begun.length, desk.pool.stats().active]).toEqual([3, 1]);
    await end(begun[2]!);
    expect([begun.length, desk.pool.stats().active]).toEqual([4, 1]);
  });

  it('holds for workers that are added later, and after a new start', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    await desk.start();
    desk.pool.setConcurrency(5);
    await desk.pool.scaleTo(2);
    expect(desk.pool.stats().capacity).toBe(10);
    await desk.pool.stop();
    await desk.start();
    expect(desk.pool.stats().capacity).toBe(10);
  });

  it.each([0, -1, 1.5, 100_001])('refuses %d', (slots) => {
    const { pool } = new PoolDesk();
    expect(() => pool.setConcurrency(slots)).toThrow(InvalidOptionError);
  });
});

describe('setQueues', () => {
  it('serves these from now on, and others no more', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    desk.pool.setQueues(['bulk']);
    await desk.enqueue('default');
    await desk.enqueue('bulk');
    await desk.clock.advance(5_000);
    expect([await desk.counts('default'), await desk.counts('bulk')]).toEqual([
      { pending: 1 },
      { completed: 1 },
    ]);
    desk.pool.setQueues(undefined);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });

  it('knows a queue by its other name, too, and serves it once', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    desk.pool.setQueues(['primary', 'default']);
    await desk.enqueue('default');
    await desk.enqueue('bulk');
    await desk.clock.advance(5_000);
    expect([await desk.counts('default'), await desk.counts('bulk')]).toEqual([
      { completed: 1 },
      { pending: 1 },
    ]);
  });

  it('finishes what runs of a queue that is no longer served', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    desk.pool.setQueues(['bulk']);
    await desk.clock.advance(20_000);
    await end(begun[0]!);
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });

  it('serving none calls nobody', async () => {
    const desk = new PoolDesk();
    await desk.start();
    desk.pool.setQueues([]);
    const before = desk.memory.queue.count('claim');
    await desk.clock.advance(60_000);
    expect(desk.memory.queue.count('claim')).toBe(before);
  });

  it('holds from the next start on when the pool does not run', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    desk.pool.setQueues(['bulk']);
    await desk.enqueue('default');
    await desk.start();
    expect(await desk.counts('default')).toEqual({ pending: 1 });
  });

  it('refuses a queue that is not served, names the nearest, and changes nothing', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    expect(() => desk.pool.setQueues(['bulk', 'defualt'])).toThrow(UnknownQueueError);
    expect(() => desk.pool.setQueues(['defualt'])).toThrow('Did you mean "default"?');
    await desk.enqueue('default');
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });
});

describe('intervals', () => {
  it('of the poll hold from now on', async () => {
    const desk = new PoolDesk({ pollInterval: 60_000 });
    await desk.start();
    desk.pool.setPollInterval('2s');
    await desk.settle();
    const before = desk.memory.queue.count('claim');
    await desk.clock.advance(10_000);
    expect(desk.memory.queue.count('claim') - before).toBe(5);
  });

  it('of the sweep hold from now on', async () => {
    const desk = new PoolDesk({ cleanupInterval: 3_600_000 });
    await desk.start();
    desk.pool.setCleanupInterval('1m');
    await desk.clock.advance(180_000);
    expect(desk.memory.queue.count('recover')).toBe(3);
  });

  it('arm nothing when the pool has stopped, and hold at the next start', async () => {
    const desk = new PoolDesk();
    await desk.start();
    await desk.pool.stop();
    desk.pool.setPollInterval(100);
    desk.pool.setCleanupInterval(1_000);
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
    await desk.start();
    const before = desk.memory.queue.count('claim');
    await desk.clock.advance(1_000);
    expect([desk.memory.queue.count('claim') - before, desk.memory.queue.count('recover')]).toEqual([10, 1]);
  });

  it.each([
    [0, InvalidOptionError],
    [-5, InvalidDurationError],
    ['soon', InvalidDurationError],
  ])('refuse %s', (interval, error) => {
    const { pool } = new PoolDesk();
    expect(() => pool.setPollInterval(interval)).toThrow(error);
    expect(() => pool.setCleanupInterval(interval)).toThrow(error);
  });
});
