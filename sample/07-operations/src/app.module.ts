import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { TasksModule } from 'nestjs-tasks';
import { TasksDashboardModule } from 'nestjs-tasks/dashboard';
import { TasksHealthModule } from 'nestjs-tasks/health';
import { TasksMetricsModule } from 'nestjs-tasks/metrics';
import { TasksTracingModule } from 'nestjs-tasks/tracing';
import { tasksOptions } from './lanes.js';
import { OperationsController } from './operations/operations.controller.js';
import { OperationsGuard } from './operations/operations.guard.js';
import { RestockCommand } from './operations/restock.command.js';
import { ShopModule } from './shop/shop.module.js';

/** The shop, and around it what its operators look at. The command line is given this file. */
@Module({
  imports: [
    ShopModule,
    TerminusModule.forRoot({ logger: false }),
    TasksMetricsModule.forRoot({ guards: [OperationsGuard] }),
    TasksTracingModule.forRoot(),
    TasksHealthModule.forRoot({ timeout: '1s' }),
    TasksDashboardModule.forRoot(),
    TasksModule.forRootAsync({ useFactory: () => tasksOptions(process.env) }),
  ],
  controllers: [OperationsController],
  providers: [RestockCommand],
})
export class AppModule {}
