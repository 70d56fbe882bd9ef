import { Injectable } from '@nestjs/common';
import { InjectTasks, type TaskClient } from 'nestjs-tasks';
import type { Cart, Receipt } from './cart.js';
import { CartTasks } from './cart.tasks.js';
import { OpenCarts } from './open-carts.js';

@Injectable()
export class CartService {
  constructor(
    private readonly carts: OpenCarts,
    @InjectTasks(CartTasks) private readonly tasks: TaskClient<CartTasks>,
  ) {}

  /** Keeps a cart, and asks for one reminder however often it is filled again. */
  async keep(cart: Cart): Promise<void> {
    this.carts.add(cart);
    await this.tasks.remind.delay(
      { id: cart.id, email: cart.email },
      { idempotencyKey: `remind:${cart.id}` },
    );
  }

  /** Pays in the background, and waits for it as long as a customer would. */
  async pay(cart: Cart): Promise<Receipt> {
    const job = await this.tasks.charge.delay(cart, { idempotencyKey: `charge:${cart.id}` });
    return job.result({ timeout: '20s' });
  }
}
