import { DeadLetterQueue, TaskClientFactory } from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { CartTasks } from '../src/carts/cart.tasks.js';
import { CART, startCarts } from './start-carts.js';

describe('a payment', () => {
  it('is tried again after 10 and 20 seconds', async () => {
    const moments: number[] = [];
    const { app, tasks } = await startCarts(async () => {
      moments.push(tasks.clock.now());
      if (moments.length < 3) throw new Error('the bank does not answer');
      return 'paid';
    });
    const job = await app.get(TaskClientFactory).create(CartTasks).charge.delay(CART);
    const start = tasks.clock.now();

    expect(await tasks.advance('1m')).toEqual({ completed: 1, retrying: 2, failed: 0, cancelled: 0 });
    expect(moments.map((moment) => moment - start)).toEqual([0, 10_000, 30_000]);
    await expect(job.result()).resolves.toEqual({ cartId: 'C-1', payment: 'paid' });
  });

  it('has the same key at every attempt, so that nobody pays twice', async () => {
    const keys = new Set<string>();
    const { app, tasks } = await startCarts(async (_cents, { idempotencyKey }) => {
      keys.add(idempotencyKey);
      throw new Error('the bank does not answer');
    });
    await app.get(TaskClientFactory).create(CartTasks).charge.delay(CART);
    await tasks.advance('1m');
    expect(keys.size).toBe(1);
  });

  it('that hangs is given up after 30 seconds, and its signal is aborted', async () => {
    let signal: AbortSignal | undefined;
    const { app, tasks } = await startCarts((_cents, options) => {
      signal = options.signal;
      return new Promise(() => {});
    });
    await app.get(TaskClientFactory).create(CartTasks).charge.delay(CART, { maxRetries: 0 });
    const draining = tasks.drain();
    await tasks.clock.advance(30_000);
    expect(await draining).toMatchObject({ failed: 1 });
    expect(signal?.aborted).toBe(true);
  });

  it('that fails to the end is a dead letter, and can be made good', async () => {
    let isBroken = true;
    const { app, tasks, mails } = await startCarts(async () => {
      if (isBroken) throw new Error('card expired');
      return 'paid';
    });
    const job = await app.get(TaskClientFactory).create(CartTasks).charge.delay(CART);
    expect(await tasks.advance('1m')).toMatchObject({ retrying: 2, failed: 1 });

    isBroken = false;
    await app.get(DeadLetterQueue).retry(job.id);
    expect(await tasks.drain()).toMatchObject({ completed: 1 });
    expect(mails).toEqual(['ada@example.com: Thank you']);
  });
});
