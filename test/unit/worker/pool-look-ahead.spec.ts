import { describe, expect, it } from 'vitest';
import type { ClaimRequest } from '../../../lib/contract/index.js';
import { CANCEL_CHANNEL, writeCancelSignal } from '../../../lib/state/index.js';
import { PoolDesk, type DeskOptions } from './pool-desk.js';

const AHEAD = 16;

/** A desk whose backend lets a worker look ahead, and what its claims asked for. */
function farSighted(options: DeskOptions = {}) {
  const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1, ...options });
  const { queue } = desk.memory;
  queue.claimToBe({ capabilities: { ...queue.target.capabilities, lookAhead: AHEAD } });
  const claims: ClaimRequest[] = [];
  queue.each('claim', (call, request) => {
    claims.push(request);
    return call();
  });
  const asked = (): number[] => claims.map(({ max = 0 }) => max).filter((max) => max > 0);
  return { desk, claims, asked };
}

describe('looking ahead', () => {
  it('takes more than it has slots for while its handlers are quick and there is more', async () => {
    const { desk, asked } = farSighted();
    desk.handle(() => undefined);
    await desk.enqueue('default', 100);
    await desk.start();
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ completed: 100 });
    expect(asked().slice(0, 3)).toEqual([1, 1 + AHEAD, 1 + AHEAD]);
    expect(asked().length).toBeLessThan(12);
  });

  it('runs the jobs in their order, each in a slot', async () => {
    const { desk } = farSighted();
    const order: string[] = [];
    let active = 0;
    desk.handle(async (_, { job }) => {
      order.push(job.id);
      expect(++active).toBe(1);
      await Promise.resolve();
      active--;
    });
    const ids = await desk.enqueue('default', 60);
    await desk.start();
    await desk.settle();
    expect(order).toEqual(ids);
  });

  it('does not when the queue had no more than was asked for', async () => {
    const { desk, asked } = farSighted({ maxConcurrentTasks: 10 });
    desk.handle(() => undefined);
    await desk.enqueue('default', 7);
    await desk.start();
    await desk.settle();
    expect(Math.max(...asked())).toBe(10);
  });

  it('does not while its handlers take their time', async () => {
    const { desk, asked } = farSighted();
    desk.handle(() => new Promise<void>((resolve) => desk.clock.setTimer(50, resolve)));
    await desk.enqueue('default', 10);
    await desk.start();
    for (let n = 0; n < 12; n++) await desk.clock.advance(50).then(() => desk.settle());
    expect(await desk.counts('default')).toEqual({ completed: 10 });
    expect(Math.max(...asked())).toBe(1);
  });

  it('does not on a queue with a limit of its own', async () => {
    const limited = { name: 'limited', concurrency: 5 };
    const { desk, claims } = farSighted({ backends: { memory: [limited, 'free'] } });
    desk.handle(() => undefined);
    await desk.enqueue('limited', 40);
    await desk.enqueue('free', 40);
    await desk.start();
    await desk.settle();
    const limits = (name: string) =>
      claims.flatMap(({ take }) => take.filter(({ queue }) => queue === name).map(({ limit }) => limit));
    expect(Math.max(...limits('limited'))).toBe(1);
    expect(Math.max(...limits('free'))).toBe(1 + AHEAD);
  });

  it('gives back what does not start soon, without an attempt', async () => {
    const { desk } = farSighted();
    const slow = desk.handleByHand();
    desk.tasks.set('quick', { ...desk.tasks.get('work')!, name: 'quick', invoke: () => undefined });
    await desk.enqueue('default', 2, { name: 'quick', priority: 9 });
    const ids = await desk.enqueue('default', 10);
    await desk.start();
    await desk.settle();
    expect(slow.begun).toHaveLength(1);
    expect((await desk.counts('default'))['running']).toBe(10);
    await desk.clock.advance(100);
    await desk.settle();
    expect(await desk.counts('default')).toEqual({ pending: 9, running: 1, completed: 2 });
    expect(await desk.record(ids[5]!)).toMatchObject({ state: 'pending', attempt: 0 });
    for (const id of ids) await slow.end(id);
    expect(slow.begun).toEqual(ids);
  });

  it('gives back what has not started when it stops, and finishes what has', async () => {
    const { desk } = farSighted();
    const slow = desk.handleByHand();
    desk.tasks.set('quick', { ...desk.tasks.get('work')!, name: 'quick', invoke: () => undefined });
    await desk.enqueue('default', 2, { name: 'quick', priority: 9 });
    const ids = await desk.enqueue('default', 6);
    await desk.start();
    await desk.settle();
    const stopped = desk.pool.drain();
    await desk.settle();
    await slow.end(ids[0]!);
    expect(await stopped).toEqual({ released: 0, unsettled: 0 });
    expect(await desk.counts('default')).toEqual({ pending: 5, completed: 3 });
    expect(slow.begun).toEqual([ids[0]]);
  });

  it('runs no job that was cancelled while it was in hand', async () => {
    const { desk } = farSighted();
    const slow = desk.handleByHand();
    desk.tasks.set('quick', { ...desk.tasks.get('work')!, name: 'quick', invoke: () => undefined });
    await desk.enqueue('default', 2, { name: 'quick', priority: 9 });
    const ids = await desk.enqueue('default', 3);
    await desk.start();
    await desk.settle();
    await desk.memory.queue.target.cancel([{ queue: 'default', id: ids[1]! }], 'no need');
    await desk.memory.state.target.publish(
      CANCEL_CHANNEL,
      writeCancelSignal({ queue: 'default', id: ids[1]!, reason: 'no need' }),
    );
    await slow.end(ids[0]!);
    expect(slow.begun).toEqual([ids[0], ids[2]]);
    expect(await desk.record(ids[1]!)).toMatchObject({ state: 'cancelled', cancelReason: 'no need' });
  });

  it('keeps no lease of what it has given back', async () => {
    const { desk } = farSighted({ lease: 3_000 });
    const extended: number[] = [];
    desk.memory.queue.each('extend', (call, receipts) => {
      extended.push(receipts.length);
      return call();
    });
    const slow = desk.handleByHand();
    desk.tasks.set('quick', { ...desk.tasks.get('work')!, name: 'quick', invoke: () => undefined });
    await desk.enqueue('default', 2, { name: 'quick', priority: 9 });
    await desk.enqueue('default', 4);
    await desk.start();
    await desk.clock.advance(90);
    expect(slow.begun).toHaveLength(1);
    // The keeper is due at a third of the lease: by then they are in hand, or given back in time.
    await desk.clock.advance(910);
    expect(extended).toEqual([1]);
    expect(desk.pool.stats().leasesLost).toBe(0);
  });
});
