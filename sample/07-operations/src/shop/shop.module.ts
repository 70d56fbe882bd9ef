import { Module } from '@nestjs/common';
import { InvoiceTasks } from './invoice.tasks.js';
import { MailTasks } from './mail.tasks.js';
import { OrdersController } from './orders.controller.js';
import { PackingTasks } from './packing.tasks.js';
import { StockTasks } from './stock.tasks.js';

/** It knows nothing of its operators. */
@Module({
  controllers: [OrdersController],
  providers: [PackingTasks, InvoiceTasks, MailTasks, StockTasks],
})
export class ShopModule {}
