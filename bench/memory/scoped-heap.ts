import 'reflect-metadata';
import { Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  getQueueToken,
  InjectJobContext,
  Task,
  type TaskContext,
  type TaskQueue,
  TasksModule,
} from 'nestjs-tasks';
import { Ledger } from '../ledger.js';
import type { BenchPayload } from '../payload.js';
import type { Subject } from '../subjects.js';
import { produce } from '../producers.js';
import { settledHeap } from './settled-heap.js';

/** Jobs before the first look: what is kept of finished ones is full by then, and the code is compiled. */
const WARM_UP = 100_000;

let ledger = new Ledger(0);

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  constructor(@InjectJobContext() readonly ctx: TaskContext) {}
}

@Injectable()
class ScopedTasks {
  constructor(private readonly tenant: Tenant) {}

  @Task() async scoped(payload: BenchPayload): Promise<void> {
    if (this.tenant.ctx.attempt === 1) ledger.deliver(payload.n);
  }
}

@Module({ imports: [TasksModule.forRoot()], providers: [ScopedTasks, Tenant] })
class BenchModule {}

/** How much the heap has grown over `jobs` jobs of a request-scoped handler, after forced collections. */
const subject: Subject = async (jobs) => {
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error', 'warn'] });
  const queue = app.get<TaskQueue>(getQueueToken());
  const run = async (count: number) => {
    ledger = new Ledger(count);
    await produce(count, 100, (payload) => queue.enqueue('scoped', payload));
    await ledger.complete;
    ledger = new Ledger(0);
    return settledHeap();
  };
  const before = await run(WARM_UP);
  const after = await run(jobs);
  await app.close();
  return { megabytes: (after - before) / 2 ** 20 };
};

export default subject;
