import 'reflect-metadata';
import { Injectable, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Task, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import type { BenchPayload } from './payload.js';

/** Told which job runs; what it returns is the job's result. A `Ledger` is one. */
export interface Recipient {
  deliver(n: number): unknown;
}

/** The app that is measured: one no-op task, everything at its default but what `options` say. */
export async function benchApp(
  recipient: Recipient,
  options: TasksModuleOptions,
): Promise<INestApplicationContext> {
  @Injectable()
  class BenchTasks {
    @Task({ name: 'noop' })
    async noop(payload: BenchPayload): Promise<unknown> {
      return recipient.deliver(payload.n);
    }
  }

  @Module({ imports: [TasksModule.forRoot(options)], providers: [BenchTasks] })
  class BenchModule {}

  return NestFactory.createApplicationContext(BenchModule, { logger: ['error', 'warn'] });
}
