import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TasksModule } from 'nestjs-tasks';
import { ImportTally } from './import-tally.js';
import { InvoiceStore } from './invoice-store.js';
import { INVOICE_QUEUE, InvoiceTasks } from './invoice.tasks.js';
import { MailServer } from './mail-server.js';
import { OrderImportService } from './order-import.service.js';
import { ORDER_SETTINGS, type OrderSettings } from './order-settings.js';
import { OrdersController } from './orders.controller.js';
import { TaskErrorFilter } from './task-error.filter.js';

@Module({})
export class OrdersModule {
  static register(settings: OrderSettings): DynamicModule {
    return {
      module: OrdersModule,
      imports: [TasksModule.forFeature({ queues: [INVOICE_QUEUE] })],
      controllers: [OrdersController],
      providers: [
        { provide: ORDER_SETTINGS, useValue: settings },
        { provide: APP_FILTER, useClass: TaskErrorFilter },
        InvoiceStore,
        MailServer,
        InvoiceTasks,
        OrderImportService,
        ImportTally,
      ],
    };
  }
}
