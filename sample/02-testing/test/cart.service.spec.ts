import { describe, expect, it } from 'vitest';
import { CartTasks } from '../src/carts/cart.tasks.js';
import { OpenCarts } from '../src/carts/open-carts.js';
import { CART, startCarts } from './start-carts.js';

const DAY = 24 * 60 * 60 * 1_000;

describe('a cart that is kept', () => {
  it('asks for a reminder in a day', async () => {
    const { carts, tasks } = await startCarts();
    await carts.keep(CART);
    const reminder = tasks.expectEnqueued(CartTasks, 'remind', { id: 'C-1', email: 'ada@example.com' });
    expect(reminder.delay).toBe(DAY);
  });

  it('asks once, however often it is kept', async () => {
    const { carts, tasks } = await startCarts();
    for (let time = 0; time < 3; time++) await carts.keep(CART);
    expect(tasks.enqueued(CartTasks, 'remind')).toHaveLength(1);
  });

  it('reminds after a day, and not before', async () => {
    const { carts, tasks, mails } = await startCarts();
    await carts.keep(CART);
    await tasks.advance('23h');
    expect(mails).toEqual([]);
    await tasks.advance('1h');
    expect(mails).toEqual(['ada@example.com: Your cart is waiting']);
  });

  it('reminds nobody who has paid', async () => {
    const { app, carts, tasks, mails } = await startCarts();
    await carts.keep(CART);
    app.get(OpenCarts).close('C-1');
    expect(await tasks.advance('2 days')).toMatchObject({ completed: 1 });
    expect(mails).toEqual([]);
  });
});
