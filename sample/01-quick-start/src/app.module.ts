import { Module, type DynamicModule } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { OrdersModule } from './orders/orders.module.js';
import type { OrderSettings } from './orders/order-settings.js';

@Module({})
export class AppModule {
  static register(settings: OrderSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        OrdersModule.register(settings),
        TasksModule.forRoot({
          // The memory backend keeps 1,000 completed jobs a queue; the summary wants to see every row of the file.
          retention: { completedMax: 10_000 },
          // Refused mails and malformed rows are part of the show; its summary counts them.
          logging: 'none',
        }),
      ],
    };
  }
}
