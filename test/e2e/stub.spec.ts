import { Injectable, Module } from '@nestjs/common';
import { InjectQueue, QueueRegistry, Task, TaskQueue, TasksModule, WorkerPool } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { startApp } from './start-app.js';

@Injectable()
class ExportTasks {
  constructor(@InjectQueue('exports-on-another-broker') readonly queue: TaskQueue) {}
  @Task({ queue: 'exports' }) write(name: string) {
    return `${name}.csv`;
  }
}
@Module({ providers: [ExportTasks] })
class ExportsModule {}

describe('TasksModule.stub()', () => {
  it('is memory with one worker', async () => {
    const app = await startApp({ imports: [TasksModule.stub()] });
    expect(app.get(WorkerPool).workers).toHaveLength(1);
    expect(app.get(QueueRegistry).names()).toEqual(expect.arrayContaining(['urgent', 'default', 'bulk']));
  });

  it('runs a part of an app whose queues are declared elsewhere', async () => {
    const app = await startApp({ imports: [TasksModule.stub(), ExportsModule] });
    const job = await app.get(ExportTasks).queue.enqueue('write', 'orders');
    await expect(job.result()).resolves.toBe('orders.csv');
    const own = await app.get(QueueRegistry).get('exports').enqueue('write', 'users');
    await expect(own.result()).resolves.toBe('users.csv');
  });

  it('takes the queues of features that live on another broker in the whole app', async () => {
    const feature = TasksModule.forFeature({
      queues: [{ name: 'invoices', backend: 'postgres', concurrency: 1 }],
    });
    const app = await startApp({ imports: [TasksModule.stub(), feature] });
    expect(app.get(QueueRegistry).get('invoices').backendName).toBe('memory');
  });

  it('takes options, such as a clock of the test', async () => {
    const clock = new ManualClock();
    const app = await startApp({
      imports: [TasksModule.stub({ clock, worker: { maxConcurrentTasks: 3 } }), ExportsModule],
    });
    const job = await app.get(ExportTasks).queue.enqueue('write', 'orders', { delay: '1 day' });
    await clock.advance(24 * 60 * 60 * 1_000);
    await expect(job.result()).resolves.toBe('orders.csv');
    expect(app.get(WorkerPool).stats()).toMatchObject({ size: 1, capacity: 3 });
  });

  it.each([{ backend: { type: 'redis' } }, { backends: [{ name: 'main' }] }, { backendTypes: {} }])(
    'refuses the broker of %j: it is always in memory',
    (options) => {
      expect(() => TasksModule.stub(options as object)).toThrow('a stub is always in memory');
    },
  );
});
