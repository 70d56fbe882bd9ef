import { describe, expect, it } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors/index.js';
import { deferred } from '../middleware/a-context.js';
import { PoolDesk } from './pool-desk.js';

const two = { first: ['default'], second: ['reports'] };

describe('a pool that serves several backends', () => {
  it('runs what waits on each of them when it starts', async () => {
    const desk = new PoolDesk({ backends: two });
    desk.handle(() => 1);
    await desk.enqueue('default', 3);
    await desk.enqueue('reports', 3);
    await desk.start();
    expect([await desk.counts('default'), await desk.counts('reports')]).toEqual([
      { completed: 3 },
      { completed: 3 },
    ]);
  });

  it('never fills a slot twice', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 2, maxConcurrentTasks: 2 });
    desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.enqueue('reports', 10);
    await desk.start();
    expect(desk.pool.stats()).toMatchObject({ active: 4, capacity: 4 });
  });

  it('lets none starve behind another whose work never ends', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 1, pollInterval: 60_000 });
    const ran: string[] = [];
    desk.handle((_, { job }) => void ran.push(job.queue));
    await desk.enqueue('default', 500);
    await desk.start();
    await desk.enqueue('reports', 20);
    while (ran.length < 520) await desk.settle();
    // Turn by turn from the moment when the second one has work.
    const last = ran.lastIndexOf('reports');
    const first = ran.indexOf('reports');
    expect(ran.filter((queue) => queue === 'reports')).toHaveLength(20);
    expect(last - first).toBeLessThanOrEqual(60);
  });

  it('gives the next free slot to the one that waits for it, not to the one whose job has ended', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 2, pollInterval: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    const [report] = await desk.enqueue('reports');
    await desk.settle();
    await end(begun[0]!);
    expect(begun[2]).toBe(report);
    await end(report!);
    expect(await desk.counts('reports')).toEqual({ completed: 1 });
  });

  it('wakes for a push although its slots were all taken when it looked last', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 1, pollInterval: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default');
    await desk.start();
    await end(begun[0]!);
    const [report] = await desk.enqueue('reports');
    await desk.settle();
    expect(begun).toEqual(['default-1', report]);
  });

  it('goes on with one while the other is in trouble', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 1 });
    desk.backends[1]!.queue.each('claim', () =>
      Promise.reject(new BackendUnavailableError('second', 'not-sent')),
    );
    desk.handle(() => 1);
    await desk.start();
    await desk.enqueue('reports', 5);
    await desk.enqueue('default', 50);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 50 });
    desk.backends[1]!.queue.each('claim', undefined);
    await desk.clock.advance(5_000);
    await desk.settle();
    expect(await desk.counts('reports')).toEqual({ completed: 5 });
  });

  it('goes on with one while the other does not answer a call that only settles', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 2 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('reports', 3);
    await desk.start();
    const gate = deferred();
    desk.backends[1]!.queue.next('claim', async (call) => {
      await gate.promise;
      return call();
    });
    await desk.enqueue('default', 6);
    await end(begun[0]!, begun[1]!);
    const others = () => begun.filter((id) => id.startsWith('default'));
    while (others().length < 6) await end(...others());
    gate.resolve(undefined);
    await desk.settle();
    expect(begun.filter((id) => id.startsWith('reports'))).toHaveLength(3);
  });

  it('starts although one of them cannot, and that one when it can', async () => {
    const desk = new PoolDesk({ backends: two });
    const [first] = desk.backends;
    first!.state.each('watch', () => Promise.reject(new Error('down')));
    first!.queue.each('claim', () => Promise.reject(new Error('down')));
    desk.handle(() => 1);
    await desk.enqueue('default');
    await desk.enqueue('reports');
    await desk.start();
    expect([await desk.counts('default'), await desk.counts('reports')]).toEqual([
      { pending: 1 },
      { completed: 1 },
    ]);
    first!.queue.each('claim', undefined);
    await desk.clock.advance(5_000);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });

  it('keeps the leases of all from one timer, each for its own length', async () => {
    const desk = new PoolDesk({ backends: two, lease: 3_000 });
    Object.assign(desk.backends[1]!.queue.target.capabilities, {});
    const leases: [string, number][] = [];
    for (const { name, queue } of desk.backends) {
      queue.each('extend', (call, _, lease) => {
        leases.push([name, lease]);
        return call();
      });
    }
    desk.handleByHand();
    await desk.enqueue('default');
    await desk.enqueue('reports');
    await desk.start();
    await desk.clock.advance(1_000);
    expect(leases).toEqual([
      ['first', 3_000],
      ['second', 3_000],
    ]);
  });

  it('stops all of them together', async () => {
    const desk = new PoolDesk({ backends: two });
    desk.handle(() => 1);
    await desk.start();
    await desk.enqueue('default', 3);
    await desk.enqueue('reports', 3);
    expect(await desk.pool.stop()).toEqual({ released: 0, unsettled: 0 });
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
  });
});
