import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { TasksTesting, TasksTestingModule } from 'nestjs-tasks/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { CartService } from '../src/carts/cart.service.js';
import { CartTasks } from '../src/carts/cart.tasks.js';
import { CART } from './start-carts.js';

describe('the app', () => {
  let app: TestingModule;

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [AppModule, TasksTestingModule.register({ mode: 'inline' })],
    }).compile();
    app.useLogger(false);
    await app.init();
  });

  afterEach(() => app.close());

  it('gives a receipt to who waits for it', async () => {
    const receipt = await app.get(CartService).pay(CART);
    expect(receipt).toEqual({ cartId: 'C-1', payment: expect.stringMatching(/^19\.80 EUR by \S+$/) });
  });

  it('pays a cart once, however often the button is pressed', async () => {
    const carts = app.get(CartService);
    const receipts = [await carts.pay(CART), await carts.pay(CART)];
    expect(receipts[1]).toEqual(receipts[0]);
    expect(app.get(TasksTesting).enqueued(CartTasks, 'charge')).toHaveLength(1);
  });
});
