import { Module } from '@nestjs/common';
import { TasksModule } from 'nestjs-tasks';
import { CartsModule } from './carts/carts.module.js';

@Module({ imports: [CartsModule, TasksModule.forRoot()] })
export class AppModule {}
