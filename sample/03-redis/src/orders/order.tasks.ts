import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Task, type TaskContext } from 'nestjs-tasks';
import { z } from 'zod';
import { Ledger } from './ledger.js';

export const ORDER_QUEUE = 'orders';

export const orderSchema = z.strictObject({
  orderId: z.string().regex(/^[A-Z]{2}-\d{6}$/),
  /** How long it takes to pack, in milliseconds. */
  packing: z.int().min(0).max(60_000),
});

export type Order = z.infer<typeof orderSchema>;

export interface Receipt {
  readonly orderId: string;
  /** The process that packed it. */
  readonly pid: number;
  readonly attempt: number;
}

@Injectable()
export class OrderTasks {
  constructor(private readonly ledger: Ledger) {}

  /** Packs an order. Should its process die, another one packs it from the start. */
  @Task({ name: 'pack-order', queue: ORDER_QUEUE, schema: orderSchema })
  async pack({ orderId, packing }: Order, ctx: TaskContext): Promise<Receipt> {
    const receipt = { orderId, pid: process.pid, attempt: ctx.attempt };
    await this.ledger.append({ what: 'begun', ...receipt });
    await sleep(packing, undefined, { signal: ctx.signal });
    await this.ledger.append({ what: 'done', ...receipt });
    return receipt;
  }
}
