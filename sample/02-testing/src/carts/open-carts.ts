import { Injectable } from '@nestjs/common';
import type { Cart } from './cart.js';

/** The carts that somebody has filled and not paid. */
@Injectable()
export class OpenCarts {
  private readonly carts = new Map<string, Cart>();

  add(cart: Cart): void {
    this.carts.set(cart.id, cart);
  }

  has(id: string): boolean {
    return this.carts.has(id);
  }

  close(id: string): void {
    this.carts.delete(id);
  }
}
