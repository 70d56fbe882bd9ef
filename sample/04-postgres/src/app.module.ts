import { type DynamicModule, Module } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { BankService } from './bank/bank.service.js';
import { TransferTasks } from './bank/transfer.tasks.js';
import { Database } from './database.js';

@Module({})
export class AppModule {
  static on(database: Database): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TasksModule.forRoot({ backend: { type: 'postgres', options: database.options }, logging: 'none' }),
      ],
      providers: [{ provide: Database, useValue: database }, BankService, TransferTasks],
    };
  }
}
