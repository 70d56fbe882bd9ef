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

  it('wakes for a push also after it was told to be silent, because others had all the slots', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 2, pollInterval: 60_000 });
    const { begun, end } = desk.handleByHand();
    const demands: number[] = [];
    desk.backends[1]!.queue.each('subscribe', (call) => {
      const subscription = call();
      const setDemand = (demand: number) => {
        demands.push(demand);
        subscription.setDemand(demand);
      };
      return { close: () => subscription.close(), setDemand };
    });
    await desk.enqueue('reports');
    await desk.start();
    await desk.enqueue('default', 2);
    await desk.settle();
    const gate = deferred();
    desk.backends[1]!.queue.next('claim', async (call) => {
      await gate.promise;
      return call();
    });
    await end('reports-1');
    gate.resolve(undefined);
    await desk.settle();
    expect([begun, demands.at(-1)]).toEqual([['reports-1', 'default-2', 'default-3'], 0]);
    await end('default-2', 'default-3');
    const [report] = await desk.enqueue('reports');
    await desk.settle();
    expect(begun.at(-1)).toBe(report);
  });

  it('polls one whose poll found a job while another of its ended and the other backend took the slots', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 3, pollInterval: 500 });
    const [, second] = desk.backends;
    second!.queue.each('subscribe', () => ({ setDemand: () => undefined, close: () => undefined }));
    const { begun, end } = desk.handleByHand();
    const [one] = await desk.enqueue('reports');
    await desk.start();
    const gate = deferred();
    second!.queue.next('claim', async (call) => {
      await gate.promise;
      return call();
    });
    await desk.clock.advance(500);
    await desk.enqueue('default', 100);
    await end(one!);
    const [other] = await desk.enqueue('reports');
    gate.resolve(undefined);
    await desk.settle();
    await end(other!);
    const [late] = await desk.enqueue('reports');
    for (let time = 0; time < 3; time++) {
      await desk.clock.advance(500);
      await end(begun.findLast((id) => id.startsWith('default'))!);
    }
    expect(begun).toContain(late);
  });

  it('gives a slot to who waits for it also while a claim of the other is under way', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 2, pollInterval: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 2);
    await desk.start();
    const gate = deferred();
    desk.memory.queue.next('claim', async (call) => {
      await gate.promise;
      return call();
    });
    await end('default-1');
    const [report] = await desk.enqueue('reports');
    await desk.settle();
    await end('default-2');
    expect(begun.at(-1)).toBe(report);
    gate.resolve(undefined);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 2 });
  });

  it('does not wait for one in line that does not answer', async () => {
    const desk = new PoolDesk({ backends: two, workerCount: 1, maxConcurrentTasks: 2, pollInterval: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 6);
    await desk.enqueue('reports', 4);
    await desk.start();
    await end('default-1');
    await end('default-2');
    await end('default-3');
    expect(begun).toEqual(['default-1', 'default-2', 'reports-7', 'default-3', 'reports-8']);
    desk.backends[1]!.queue.each('claim', () => new Promise(() => undefined));
    await end('reports-7');
    await end('default-4');
    expect(begun.slice(5)).toEqual(['default-4', 'default-5']);
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
    const { capabilities } = desk.backends[1]!.queue.target;
    desk.backends[1]!.queue.claimToBe({ capabilities: { ...capabilities, minLease: 60_000 } });
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
      ['second', 60_000],
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
