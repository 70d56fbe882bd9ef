import { Module } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { Ticks } from './ticks.js';

/** It names no broker: each process has that from its environment. */
@Module({ imports: [TasksModule.forRoot({ scheduler: { lease: '1s' } })], providers: [Ticks] })
export class AppModule {}
