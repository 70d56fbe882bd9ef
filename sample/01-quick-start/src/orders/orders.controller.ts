import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { InjectTasks, TaskManager, type JobStatus, type TaskClient } from 'nestjs-tasks';
import { InvoiceTasks, type InvoiceReceipt } from './invoice.tasks.js';
import { faultsOf, orderSchema, type OrderDraft } from './order.js';

export interface AcceptedOrder {
  readonly jobId: string;
  readonly href: string;
}

export interface JobView {
  readonly id: string;
  readonly state: JobStatus;
  readonly attempt: number;
  readonly result?: InvoiceReceipt;
  readonly error?: string;
}

@Controller()
export class OrdersController {
  constructor(
    @InjectTasks(InvoiceTasks) private readonly tasks: TaskClient<InvoiceTasks>,
    private readonly manager: TaskManager,
  ) {}

  /** Takes an order and answers at once: the invoice is written and mailed by a worker. */
  @Post('orders')
  @HttpCode(202)
  async accept(@Body() order: OrderDraft): Promise<AcceptedOrder> {
    const parsed = orderSchema.safeParse(order);
    if (!parsed.success) throw new BadRequestException(faultsOf(parsed.error));
    const job = await this.tasks.send.delay({ source: 'POST /orders', order });
    return { jobId: job.id, href: `/jobs/${job.id}` };
  }

  @Get('jobs/:id')
  async job(@Param('id') id: string): Promise<JobView> {
    const job = await this.manager.get(id);
    if (job === undefined) throw new NotFoundException(`There is no job ${id}.`);
    return {
      id: job.id,
      state: job.status,
      attempt: job.attempt,
      ...(job.isCompleted ? { result: job.resultValue as InvoiceReceipt } : {}),
      ...(job.lastError === undefined ? {} : { error: job.lastError.message }),
    };
  }
}
