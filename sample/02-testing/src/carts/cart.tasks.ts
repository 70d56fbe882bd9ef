import { Injectable } from '@nestjs/common';
import { Task, type TaskContext } from 'nestjs-tasks';
import type { Cart, Receipt } from './cart.js';
import { Mailer } from './mailer.js';
import { OpenCarts } from './open-carts.js';
import { PaymentProvider } from './payment.provider.js';

@Injectable()
export class CartTasks {
  constructor(
    private readonly carts: OpenCarts,
    private readonly mailer: Mailer,
    private readonly payments: PaymentProvider,
  ) {}

  /** A day after the cart was filled; whoever has paid meanwhile is left alone. */
  @Task({ delay: '1 day' })
  async remind({ id, email }: Pick<Cart, 'id' | 'email'>): Promise<boolean> {
    if (!this.carts.has(id)) return false;
    await this.mailer.send(email, 'Your cart is waiting');
    return true;
  }

  @Task({
    queue: 'urgent',
    timeout: '30s',
    maxRetries: 2,
    retry: { backoff: 'exponential', delay: '10s', jitter: false },
  })
  async charge({ id, email, cents }: Cart, { idempotencyKey, signal }: TaskContext): Promise<Receipt> {
    const payment = await this.payments.pay(cents, { idempotencyKey, signal });
    this.carts.close(id);
    await this.mailer.send(email, 'Thank you');
    return { cartId: id, payment };
  }
}
