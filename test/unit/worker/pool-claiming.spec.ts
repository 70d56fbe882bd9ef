import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { CANCEL_CHANNEL, writeCancelSignal } from '../../../lib/state/index.js';
import { PoolDesk } from './pool-desk.js';

describe('a pool at work', () => {
  it('runs what was enqueued before it started, and what comes afterwards', async () => {
    const desk = new PoolDesk();
    desk.handle((payload) => payload);
    const [before] = await desk.enqueue('default', 1, { payload: '{"n":1}' });
    await desk.start();
    const [after] = await desk.enqueue('default', 1, { payload: '{"n":2}' });
    await desk.settle();
    expect(await desk.record(before!)).toMatchObject({ state: 'completed', result: '{"n":1}' });
    expect(await desk.record(after!)).toMatchObject({ state: 'completed', result: '{"n":2}' });
  });

  it('starts a lone job at once, without a timer', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    const before = desk.clock.now();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    expect([await desk.state(id!), desk.clock.now() - before]).toEqual(['completed', 0]);
  });

  it('claims no more than its free slots', async () => {
    const desk = new PoolDesk({ workerCount: 2, maxConcurrentTasks: 2 });
    const { begun, end } = desk.handleByHand();
    const limits: (number | undefined)[] = [];
    desk.memory.queue.each('claim', (call, request) => {
      limits.push(request.max);
      return call();
    });
    await desk.start();
    await desk.enqueue('default', 10);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ pending: 6, running: 4 });
    await end(begun[0]!, begun[1]!);
    expect(await desk.counts('default')).toEqual({ pending: 4, running: 4, completed: 2 });
    expect(Math.max(...limits.map((limit) => limit ?? 0))).toBe(4);
  });

  it('takes one job after the other in order', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    const order: string[] = [];
    desk.handle((_, { job }) => void order.push(job.id));
    const ids = await desk.enqueue('default', 5);
    await desk.start();
    expect(order).toEqual(ids);
  });

  it('spreads jobs over its workers', async () => {
    const desk = new PoolDesk({ workerCount: 3, maxConcurrentTasks: 2 });
    const workers: string[] = [];
    const { begun } = desk.handleByHand();
    desk.tasks.set('named', {
      ...desk.tasks.get('work')!,
      name: 'named',
      invoke: (_, ctx) => workers.push(ctx.workerId),
    });
    await desk.start();
    await desk.enqueue('default', 3);
    await desk.settle();
    expect(begun).toHaveLength(3);
    expect(desk.pool.workers.map(({ active }) => active)).toEqual([1, 1, 1]);
    await desk.enqueue('default', 3, { name: 'named' });
    await desk.settle();
    expect(new Set(workers)).toEqual(new Set(['here-1', 'here-2', 'here-3']));
  });

  it('sends what ended together in one call, along with the next claim', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 4 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 8);
    await desk.start();
    const before = desk.memory.queue.count('claim');
    await end(...begun.slice(0, 4));
    expect(desk.memory.queue.count('claim') - before).toBe(1);
    expect(await desk.counts('default')).toEqual({ running: 4, completed: 4 });
  });

  it('runs an attempt after the other with the backoff between them, and ends with a dead letter', async () => {
    const desk = new PoolDesk();
    desk.handle(() => Promise.reject(new Error('down')), {
      retry: { backoff: 'exponential', delay: 1_000, maxDelay: 60_000, jitter: false },
    });
    const [id] = await desk.enqueue('default', 1, { maxRetries: 2 });
    await desk.start();
    expect(await desk.record(id!)).toMatchObject({ state: 'retrying', attempt: 1 });
    await desk.clock.advance(999);
    expect(await desk.record(id!)).toMatchObject({ attempt: 1 });
    await desk.clock.advance(1);
    await desk.settle();
    expect(await desk.record(id!)).toMatchObject({ state: 'retrying', attempt: 2 });
    await desk.clock.advance(2_000);
    await desk.settle();
    expect(await desk.record(id!)).toMatchObject({ state: 'failed', attempt: 3, error: { message: 'down' } });
  });

  it('starts a delayed job at its moment, not at the next poll', async () => {
    const desk = new PoolDesk({ pollInterval: 60_000 });
    const started: number[] = [];
    desk.handle(() => void started.push(desk.clock.now()));
    await desk.start();
    const from = desk.clock.now();
    await desk.enqueue('default', 1, { delay: 1_234 });
    await desk.clock.advance(5_000);
    expect(started.map((moment) => moment - from)).toEqual([1_234]);
  });

  it('finds by its poll what no push has told', async () => {
    const desk = new PoolDesk({ pollInterval: 500 });
    desk.memory.queue.each('subscribe', () => ({ setDemand: () => undefined, close: () => undefined }));
    desk.handle(() => 1);
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.clock.advance(499);
    expect(await desk.state(id!)).toBe('pending');
    await desk.clock.advance(1);
    await desk.settle();
    expect(await desk.state(id!)).toBe('completed');
  });

  it('does without the push of a backend that cannot give one', async () => {
    const desk = new PoolDesk({ pollInterval: 500 });
    desk.memory.queue.each('subscribe', () => {
      throw new Error('no listeners left');
    });
    desk.handle(() => 1);
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.clock.advance(500);
    await desk.settle();
    expect(await desk.state(id!)).toBe('completed');
    expect(desk.log.lines[0]).toBe(
      'warn: Backend "memory": queue "urgent" is only polled: no listeners left',
    );
  });

  it('does without a backend that cannot be told how much is wanted, and stops all the same', async () => {
    const desk = new PoolDesk();
    const fail = () => {
      throw new Error('channel closed');
    };
    desk.memory.queue.each('subscribe', () => ({ setDemand: fail, close: fail }));
    desk.handle(() => 1);
    await desk.enqueue('default', 5);
    await desk.start();
    expect(await desk.pool.stop()).toEqual({ released: 0, unsettled: 0 });
    expect(await desk.counts('default')).toEqual({ completed: 5 });
    expect(new Set(desk.log.lines)).toEqual(
      new Set([
        'warn: Backend "memory": it was not told how many jobs could be taken: channel closed',
        'warn: Backend "memory": a subscription was not closed: channel closed',
      ]),
    );
  });

  it('calls an idle backend no more often than its poll asks for', async () => {
    const desk = new PoolDesk({ pollInterval: 500 });
    await desk.start();
    const before = desk.memory.queue.count('claim');
    await desk.clock.advance(10_000);
    expect(desk.memory.queue.count('claim') - before).toBe(20);
  });

  it('lets what waits for the event loop go on between jobs that never wait', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    let ran = 0;
    let ranByThen = 0;
    desk.handle(() => void ran++);
    await desk.enqueue('default', 1_000);
    setImmediate(() => setImmediate(() => (ranByThen = ran)));
    await desk.start();
    while (ran < 1_000) await desk.settle();
    expect(ranByThen).toBeGreaterThan(0);
    expect(ranByThen).toBeLessThan(1_000);
  });

  it('runs no job in the asynchronous context of whoever enqueued it, nor in that of another job', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    desk.handle(() => {
      seen.push(request.getStore());
      return request.run('a job', () => Promise.resolve());
    });
    await request.run('the start', () => desk.start());
    await request.run('a request', () => desk.enqueue('default', 3));
    await desk.settle();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });
});

describe('cancelling a running job', () => {
  it('interrupts at once what is cancelled from elsewhere, by the signal', async () => {
    const desk = new PoolDesk();
    const reasons: unknown[] = [];
    desk.handle((_, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return new Promise(() => undefined);
    });
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    const job = { queue: 'default', id: id! };
    expect(await desk.memory.queue.target.cancel([job], 'by hand')).toEqual(['requested']);
    await desk.memory.state.target.publish(CANCEL_CHANNEL, writeCancelSignal({ ...job, reason: 'by hand' }));
    await desk.settle();
    expect(await desk.record(id!)).toMatchObject({ state: 'cancelled', cancelReason: 'by hand' });
    expect(reasons).toMatchObject([{ code: 'TASKS_CANCELLED', reason: 'by hand' }]);
    expect(desk.told.at(-1)).toBe(`cancelled ${id}`);
    expect(desk.ended).toEqual([id]);
  });

  it('hears of it by keeping the lease, when the signal is lost', async () => {
    const desk = new PoolDesk({ lease: 30_000 });
    const { running } = desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    await desk.memory.queue.target.cancel([{ queue: 'default', id: id! }], 'by hand');
    await desk.clock.advance(9_999);
    expect(running.size).toBe(1);
    await desk.clock.advance(1);
    await desk.settle();
    expect(await desk.record(id!)).toMatchObject({ state: 'cancelled', cancelReason: 'by hand' });
  });

  it('cancels also where the reason cannot be read', async () => {
    const desk = new PoolDesk();
    desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    await desk.memory.queue.target.cancel([{ queue: 'default', id: id! }], 'by hand');
    desk.memory.queue.next('get', () => Promise.reject(new Error('down')));
    await desk.clock.advance(10_000);
    await desk.settle();
    expect(await desk.state(id!)).toBe('cancelled');
  });

  it.each(['nonsense', '{}', '["default"]', '[1,2,3]', '["default","unknown","by hand"]'])(
    'is not moved by the message %s',
    async (message) => {
      const desk = new PoolDesk();
      const { begun, end } = desk.handleByHand();
      await desk.start();
      await desk.enqueue('default');
      await desk.settle();
      await desk.memory.state.target.publish(CANCEL_CHANNEL, message);
      await end(begun[0]!);
      expect(await desk.counts('default')).toEqual({ completed: 1 });
    },
  );

  it('tells once of a cancel that overtook a failure and of which it was not told', async () => {
    const desk = new PoolDesk();
    desk.handle(() => Promise.reject(new Error('down')));
    await desk.start();
    desk.memory.queue.each('claim', async (call, { settle = [] }) => {
      const job = { queue: 'default', id: 'default-1' };
      if (settle.length > 0) await desk.memory.queue.target.cancel([job], 'by hand');
      return call();
    });
    await desk.enqueue('default');
    await desk.settle();
    expect(await desk.state('default-1')).toBe('cancelled');
    expect(desk.told).toEqual(['started default-1', 'cancelled default-1']);
    expect(desk.ended).toEqual(['default-1']);
  });

  it('tells of a cancel that overtook a failure, since its backend cancels what comes back', async () => {
    const desk = new PoolDesk();
    desk.handle(() => Promise.reject(new Error('down')));
    const job = { queue: 'default', id: 'default-1' };
    await desk.start();
    desk.memory.queue.each('claim', async (call, { settle = [] }) => {
      if (settle.length > 0) {
        await desk.memory.queue.target.cancel([job], 'by hand');
        await desk.memory.state.target.publish(
          CANCEL_CHANNEL,
          writeCancelSignal({ ...job, reason: 'by hand' }),
        );
        await Promise.resolve();
      }
      return call();
    });
    await desk.enqueue('default');
    await desk.settle();
    expect(await desk.state('default-1')).toBe('cancelled');
    expect(desk.told).toEqual(['started default-1', 'cancelled default-1']);
    expect(desk.ended).toEqual(['default-1']);
  });
});
