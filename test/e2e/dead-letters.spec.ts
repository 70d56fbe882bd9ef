import { Injectable } from '@nestjs/common';
import { DeadLetterQueue, Task, TaskExecutionError, TasksModule } from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class OrderTasks {
  @Task({ maxRetries: 1, retry: { delay: 0 } })
  ship(order: { sku: string; quantity: number }) {
    if (!(order.quantity > 0)) throw new RangeError(`quantity ${order.quantity}`);
    return `${order.quantity} × ${order.sku}`;
  }
}

const start = () => startApp({ imports: [TasksModule.forRoot()], providers: [OrderTasks] });

describe('A dead letter', () => {
  it('is kept with its error, its payload and its attempts', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('ship', { sku: 'mug', quantity: -1 });
    await expect(job.result()).rejects.toThrow(TaskExecutionError);
    const [record] = await app.get(DeadLetterQueue).list();
    expect(record).toMatchObject({
      job: { id: job.id, name: 'ship', payload: { sku: 'mug', quantity: -1 } },
      error: { name: 'RangeError', message: 'quantity -1' },
      attempts: 2,
    });
  });

  it('of a misspelt task names the task that was probably meant', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('shp', { sku: 'mug', quantity: 1 });
    await expect(job.result()).rejects.toThrow(
      'No handler is registered for task "shp". Did you mean "ship"?',
    );
  });

  it('is run again with a corrected payload, and is none any more', async () => {
    const app = await start();
    const deadLetters = app.get(DeadLetterQueue);
    const job = await queueOf(app).enqueue('ship', { sku: 'mug', quantity: -1 });
    await job.result().catch(() => undefined);
    const replayed = await deadLetters.retry(job.id, { payload: { sku: 'mug', quantity: 3 } });
    await expect(replayed?.result()).resolves.toBe('3 × mug');
    await expect(deadLetters.count()).resolves.toBe(0);
  });

  it('that is run again without a correction comes back', async () => {
    const app = await start();
    const deadLetters = app.get(DeadLetterQueue);
    const job = await queueOf(app).enqueue('ship', { sku: 'mug', quantity: -1 });
    await job.result().catch(() => undefined);
    const failed = nextEvent(app, 'failed');
    await deadLetters.retry(job.id);
    await failed;
    await expect(deadLetters.count()).resolves.toBe(1);
  });

  it('that is not there is answered with null', async () => {
    const app = await start();
    await expect(app.get(DeadLetterQueue).retry('no-such-job')).resolves.toBeNull();
  });
});
