import { Module } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { OrdersModule } from './orders/orders.module.js';

/** It names no broker and no role: each process has those from its environment, and without one it is all in memory. */
@Module({ imports: [OrdersModule, TasksModule.forRoot()] })
export class AppModule {}
