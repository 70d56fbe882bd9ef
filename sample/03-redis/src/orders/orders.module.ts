import { Module } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { Ledger } from './ledger.js';
import { ORDER_QUEUE, OrderTasks } from './order.tasks.js';
import { OrdersController } from './orders.controller.js';

@Module({
  imports: [TasksModule.forFeature({ queues: [ORDER_QUEUE] })],
  controllers: [OrdersController],
  providers: [Ledger, OrderTasks],
})
export class OrdersModule {}
