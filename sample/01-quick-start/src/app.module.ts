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
        // Last: Nest closes modules in reverse order, and the workers drain before what their handlers use closes.
        TasksModule.forRoot({
          // The memory backend keeps 1,000 completed jobs a queue; the summary wants to see every row of the file.
          retention: { completedMax: 10_000 },
        }),
      ],
    };
  }
}
