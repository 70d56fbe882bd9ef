import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectTasks, Task, type TaskClient, type TaskContext, type TaskPayload } from 'nestjs-tasks';
import { InvoiceTasks } from './invoice.tasks.js';
import { Order } from './order.js';

/** The first lane. */
@Injectable()
export class PackingTasks {
  constructor(@InjectTasks(InvoiceTasks) private readonly invoices: TaskClient<InvoiceTasks>) {}

  @Task({ name: 'pack', queue: 'orders', schema: Order, retry: { delay: '10ms', jitter: false } })
  async pack({ id, to, packing }: TaskPayload<typeof Order>, ctx: TaskContext): Promise<void> {
    await sleep(packing);
    if (id.endsWith('-fragile') && ctx.attempt === 1) throw new Error('the box broke');
    await this.invoices.bill.delay({ order: id, to });
  }
}
