import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { InjectTasks, type TaskClient } from 'nestjs-tasks';
import { Order } from './order.js';
import { PackingTasks } from './packing.tasks.js';

@Controller('orders')
export class OrdersController {
  constructor(@InjectTasks(PackingTasks) private readonly packing: TaskClient<PackingTasks>) {}

  /** The span stands for the one that an instrumentation of HTTP makes. */
  @Post()
  @HttpCode(202)
  place(@Body() body: unknown): Promise<{ job: string }> {
    const order = Order.parse(body);
    return trace.getTracer('shop').startActiveSpan('POST /orders', async (span) => {
      span.setAttribute('shop.order', order.id);
      try {
        const { id } = await this.packing.pack.delay(order);
        return { job: id };
      } finally {
        span.end();
      }
    });
  }
}
