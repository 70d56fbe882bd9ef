import 'reflect-metadata';
import { Injectable, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Task, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import type { Ledger } from '../ledger.js';
import type { BenchPayload } from '../payload.js';

/** The app that is measured: one no-op task, everything at its default but the number of slots. */
export async function benchApp(
  ledger: Ledger,
  options: TasksModuleOptions,
): Promise<INestApplicationContext> {
  @Injectable()
  class BenchTasks {
    @Task({ name: 'noop' })
    async noop(payload: BenchPayload): Promise<void> {
      ledger.deliver(payload.n);
    }
  }

  @Module({ imports: [TasksModule.forRoot(options)], providers: [BenchTasks] })
  class BenchModule {}

  return NestFactory.createApplicationContext(BenchModule, { logger: ['error', 'warn'] });
}
