import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { InjectTasks, TaskManager, type TaskClient } from 'nestjs-tasks';
import { OrderTasks, type Order, type Receipt } from './order.tasks.js';

/** How long a request waits for its receipt. */
const PATIENCE = '20s';

@Controller('orders')
export class OrdersController {
  constructor(
    @InjectTasks(OrderTasks) private readonly tasks: TaskClient<OrderTasks>,
    private readonly manager: TaskManager,
  ) {}

  /** Takes an order and answers at once, whoever will pack it. */
  @Post()
  @HttpCode(202)
  async accept(@Body() order: Order): Promise<{ href: string }> {
    const job = await this.tasks.pack.delay(order);
    return { href: `/orders/${job.id}/receipt` };
  }

  /** Answers when the order is packed, in whatever process. */
  @Get(':jobId/receipt')
  async receipt(@Param('jobId', ParseUUIDPipe) jobId: string): Promise<Receipt> {
    const job = await this.manager.get(jobId);
    if (job === undefined) throw new NotFoundException(`There is no order of the job ${jobId}.`);
    return (await job.result({ timeout: PATIENCE })) as Receipt;
  }
}
