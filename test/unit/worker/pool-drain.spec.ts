import { describe, expect, it } from 'vitest';
import { BackendUnavailableError, InvalidDurationError } from '../../../lib/errors/index.js';
import { deferred } from '../middleware/a-context.js';
import { PoolDesk } from './pool-desk.js';

/** A stop under way, which waits for what runs unless it is told not to: whether it is done, and with what. */
function stopping(desk: PoolDesk, options: Parameters<PoolDesk['pool']['stop']>[0] = {}) {
  const results: unknown[] = [];
  void desk.pool.stop({ drain: true, ...options }).then((result) => results.push(result));
  return results;
}

describe('stopping a pool', () => {
  it('waits for what runs, and claims no more', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default', 6);
    await desk.settle();
    const results = stopping(desk);
    await end(begun[0]!);
    await desk.clock.advance(20_000);
    expect([results, desk.pool.isRunning]).toEqual([[], true]);
    await end(...begun.slice(1));
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    expect(await desk.counts('default')).toEqual({ completed: 4, pending: 2 });
    expect(desk.pool.isRunning).toBe(false);
  });

  it('keeps leases while it drains', async () => {
    const desk = new PoolDesk({ lease: 3_000, shutdownTimeout: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    const results = stopping(desk);
    await desk.clock.advance(20_000);
    await end(begun[0]!);
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });

  it('leaves no timer, no subscription and no watch behind', async () => {
    const desk = new PoolDesk();
    desk.handle((_, ctx) => ctx.progress(1).then(() => ctx.progress(2)));
    await desk.start();
    await desk.enqueue('default', 3);
    await desk.enqueue('default', 1, { delay: 60_000 });
    await desk.settle();
    await desk.pool.stop();
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
    const before = desk.memory.queue.calls.length;
    await desk.enqueue('default');
    await desk.clock.advance(100_000);
    expect(desk.memory.queue.calls.slice(before)).toEqual(['enqueue']);
  });

  it('aborts what is left after the timeout, and gives it back without an attempt counted', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 5_000 });
    const reasons: unknown[] = [];
    desk.handle((_, { signal }) => {
      signal.addEventListener('abort', () => reasons.push((signal.reason as { code: string }).code));
      return new Promise(() => undefined);
    });
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    const results = stopping(desk);
    await desk.clock.advance(4_999);
    expect(reasons).toEqual([]);
    await desk.clock.advance(1);
    expect([reasons, results]).toEqual([['TASKS_CLOSED'], []]);
    await desk.clock.advance(1_000);
    await desk.settle();
    expect(results).toEqual([{ released: 1, unsettled: 0 }]);
    expect(await desk.record(id!)).toMatchObject({ state: 'pending', attempt: 0 });
    expect(desk.log.lines).toEqual(['warn: 1 running jobs were aborted and given back.']);
    expect(desk.zombies.count).toBe(1);
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
  });

  it('gives a handler that answers its signal the time to end by itself', async () => {
    const desk = new PoolDesk();
    desk.handle(
      (_, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => desk.clock.setTimer(900, () => resolve('saved'))),
        ),
    );
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    const results = stopping(desk, { drain: false });
    await desk.clock.advance(900);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    expect(await desk.record(id!)).toMatchObject({ state: 'completed', result: '"saved"' });
    expect(desk.log.lines).toEqual([]);
  });

  it('aborts at once without drain', async () => {
    const desk = new PoolDesk();
    desk.handle(
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    );
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    expect(await desk.pool.stop()).toEqual({ released: 1, unsettled: 0 });
    expect(await desk.record(id!)).toMatchObject({ state: 'pending', attempt: 0 });
  });

  it('lets handlers enqueue while it drains', async () => {
    const desk = new PoolDesk();
    const gate = deferred();
    desk.handle(async () => {
      await gate.promise;
      await desk.enqueue('default', 1, { name: 'follow-up' });
    });
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    const results = stopping(desk);
    gate.resolve(undefined);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    expect(await desk.counts('default')).toEqual({ completed: 1, pending: 1 });
  });

  it('gives back unstarted what a claim under way brings', async () => {
    const desk = new PoolDesk();
    const { begun } = desk.handleByHand();
    const gate = deferred();
    await desk.start();
    desk.memory.queue.next('claim', async (call) => {
      const claim = await call();
      await gate.promise;
      return claim;
    });
    await desk.enqueue('default', 2);
    await desk.settle();
    const results = stopping(desk);
    await desk.settle();
    expect(results).toEqual([]);
    gate.resolve(undefined);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    expect(begun).toEqual([]);
    expect(await desk.counts('default')).toEqual({ pending: 2 });
    expect(await desk.record('default-1')).toMatchObject({ attempt: 0, stalls: 0 });
  });

  it('gives back what a claim brings that comes back after the stop was over', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 1_000 });
    const { begun } = desk.handleByHand();
    const gate = deferred();
    await desk.start();
    desk.memory.queue.next('claim', async (call) => {
      const claim = await call();
      await gate.promise;
      return claim;
    });
    await desk.enqueue('default', 2);
    await desk.settle();
    const results = stopping(desk);
    await desk.clock.advance(10_000);
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    gate.resolve(undefined);
    await desk.settle();
    expect(begun).toEqual([]);
    expect(await desk.counts('default')).toEqual({ pending: 2 });
    expect(await desk.record('default-1')).toMatchObject({ attempt: 0 });
  });

  it('survives that the backend is gone when a late claim comes back', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 1_000 });
    const gate = deferred();
    desk.handleByHand();
    await desk.start();
    desk.memory.queue.next('claim', async (call) => {
      const claim = await call();
      await gate.promise;
      return claim;
    });
    await desk.enqueue('default');
    await desk.settle();
    stopping(desk);
    await desk.clock.advance(10_000);
    await desk.memory.queue.target.close();
    gate.resolve(undefined);
    await desk.settle();
    expect(desk.pool.isRunning).toBe(false);
  });

  it('does not wait for a job whose lease is lost meanwhile', async () => {
    const desk = new PoolDesk({ lease: 3_000 });
    desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    const results = stopping(desk);
    desk.memory.queue.next('extend', (_, receipts) =>
      Promise.resolve({ lost: [...receipts], cancelled: [] }),
    );
    await desk.clock.advance(1_000);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
  });

  it('tells what it could not settle, after trying for a while', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 1_000 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.each('claim', () => Promise.reject(new BackendUnavailableError('memory', 'not-sent')));
    await end(begun[0]!);
    const results = stopping(desk);
    await desk.clock.advance(10_000);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 1 }]);
    expect(desk.log.lines.at(-1)).toBe(
      'error: 1 jobs could not be settled; they run again when their leases are over.',
    );
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
  });

  it('waits for a backend that is gone as long as for the last outcomes, and not as long as for handlers', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default', 2);
    await desk.settle();
    desk.memory.queue.each('claim', () => Promise.reject(new BackendUnavailableError('memory', 'not-sent')));
    await end(begun[0]!);
    const results = stopping(desk);
    await desk.clock.advance(20_000);
    await end(begun[1]!);
    await desk.clock.advance(4_900);
    await desk.settle();
    expect(results).toEqual([]);
    await desk.clock.advance(100);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 2 }]);
  });

  it('writes the last outcome when its backend comes back meanwhile', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 60_000 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.each('claim', () => Promise.reject(new BackendUnavailableError('memory', 'not-sent')));
    await end(begun[0]!);
    const results = stopping(desk);
    await desk.clock.advance(1_000);
    desk.memory.queue.each('claim', undefined);
    await desk.clock.advance(3_000);
    await desk.settle();
    expect(results).toEqual([{ released: 0, unsettled: 0 }]);
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });

  it('does not call a job given back that has ended and only waits for its backend', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 1_000 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.next('claim', () => Promise.reject(new BackendUnavailableError('memory', 'not-sent')));
    await end(begun[0]!);
    expect(await desk.pool.stop({ drain: false })).toEqual({ released: 0, unsettled: 0 });
    expect(await desk.counts('default')).toEqual({ completed: 1 });
  });

  it('is one for all who ask at the same time', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    const both = [stopping(desk), stopping(desk)];
    await end(begun[0]!);
    expect(both).toEqual([[{ released: 0, unsettled: 0 }], [{ released: 0, unsettled: 0 }]]);
  });

  it('is hurried by a second call without drain, as by a second signal to the process', async () => {
    const desk = new PoolDesk();
    desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    const patient = stopping(desk);
    await desk.clock.advance(100);
    stopping(desk, { drain: false });
    await desk.clock.advance(1_000);
    await desk.settle();
    expect(patient).toEqual([{ released: 1, unsettled: 0 }]);
  });

  it('does nothing for a pool that does not run', async () => {
    const desk = new PoolDesk();
    expect(await desk.pool.stop()).toEqual({ released: 0, unsettled: 0 });
    await desk.start();
    await desk.pool.drain();
    expect(await desk.pool.stop()).toEqual({ released: 0, unsettled: 0 });
  });

  it('refuses a key with a typo, which would drain in silence, and goes on', async () => {
    const desk = new PoolDesk();
    await desk.start();
    const stop = desk.pool.stop({ drian: false } as never);
    await expect(stop).rejects.toThrow('drian: is not an option. Did you mean "drain"?');
    expect(desk.pool.isRunning).toBe(true);
  });

  it('refuses a timeout that is none, and goes on', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    await expect(desk.pool.stop({ timeout: 'soon' })).rejects.toThrow(InvalidDurationError);
    const [id] = await desk.enqueue('default');
    await desk.settle();
    expect(await desk.state(id!)).toBe('completed');
  });

  it('takes its timeout as a text too', async () => {
    const desk = new PoolDesk();
    desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    const results = stopping(desk, { timeout: '2s' });
    await desk.clock.advance(3_000);
    await desk.settle();
    expect(results).toEqual([{ released: 1, unsettled: 0 }]);
  });
});

describe('starting a pool again', () => {
  it('goes on where it left off', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    await desk.pool.stop();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    expect(await desk.state(id!)).toBe('pending');
    await desk.start();
    expect(await desk.state(id!)).toBe('completed');
    await desk.pool.stop();
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
  });

  it('waits for a stop that is under way', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default');
    await desk.settle();
    stopping(desk);
    const again = desk.pool.start();
    await end(begun[0]!);
    await again;
    await desk.enqueue('default');
    await desk.settle();
    expect([desk.pool.isRunning, begun.length]).toEqual([true, 2]);
  });

  it('has all its slots, whatever claims of the time before are still out', async () => {
    const desk = new PoolDesk({ shutdownTimeout: 0 });
    const { begun } = desk.handleByHand();
    await desk.start();
    desk.memory.queue.next('claim', () => new Promise(() => undefined));
    await desk.enqueue('default', 4);
    await desk.settle();
    stopping(desk);
    await desk.clock.advance(10_000);
    await desk.start();
    expect(begun).toHaveLength(4);
  });

  it('does nothing twice', async () => {
    const desk = new PoolDesk();
    await Promise.all([desk.pool.start(), desk.pool.start()]);
    await desk.pool.start();
    expect(desk.memory.state.count('watch')).toBe(1);
    expect(desk.memory.queue.count('subscribe')).toBe(3);
  });
});

describe('stopping a pool that starts', () => {
  it('lets go of a watch that comes about afterwards', async () => {
    const desk = new PoolDesk();
    const gate = deferred();
    let closed = 0;
    desk.memory.state.next('watch', async (call) => {
      await gate.promise;
      const subscription = await call();
      return {
        close: () => {
          closed++;
          return subscription.close();
        },
      };
    });
    const starting = desk.pool.start();
    await desk.settle();
    expect(await desk.pool.stop()).toEqual({ released: 0, unsettled: 0 });
    gate.resolve(undefined);
    await starting;
    expect(closed).toBe(1);
    desk.timeouts.stop();
    expect(desk.clock.timers).toBe(0);
  });

  it('starts nothing when what it serves cannot be told', async () => {
    const desk = new PoolDesk();
    const { pool } = desk;
    const parts = (pool as unknown as { parts: { serve: () => unknown } }).parts;
    const { serve } = parts;
    parts.serve = () => {
      throw new Error('no such queue');
    };
    await expect(pool.start()).rejects.toThrow('no such queue');
    expect([pool.isRunning, desk.clock.timers]).toEqual([false, 0]);
    parts.serve = serve;
    await pool.start();
    expect(pool.isRunning).toBe(true);
  });
});
