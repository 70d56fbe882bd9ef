import { type DynamicModule, Module } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { NotificationsModule } from './notifications/notifications.module.js';
import { Settings, SettingsModule } from './settings.js';

/** Two brokers: one keeps every job, and RabbitMQ moves those of `notifications`. */
@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        NotificationsModule,
        TasksModule.forRootAsync({
          imports: [SettingsModule.of(settings)],
          inject: [Settings],
          useFactory: ({ store, amqp, prefix }: Settings) => ({
            backends: [
              { name: 'primary', ...store },
              { name: 'notifications', type: 'rabbitmq', url: amqp, state: 'primary', options: { prefix } },
            ],
            logging: 'none',
          }),
        }),
      ],
    };
  }
}
