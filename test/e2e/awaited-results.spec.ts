import { HandlerRegistry, TasksModule } from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

describe('A result that is awaited', () => {
  it('arrives even if nothing of its job is kept', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot({ retention: { completedMax: 0 } })] });
    const asked = new Gate();
    app.get(HandlerRegistry).register('double', async (n: number) => {
      await asked.opened;
      return n * 2;
    });
    const queue = queueOf(app);
    const jobs = await queue.enqueueMany([1, 2, 3].map((payload) => ({ name: 'double', payload })));
    const results = jobs.map((job) => job.result());
    asked.open(undefined);
    expect(await Promise.all(results)).toEqual([2, 4, 6]);
    expect(await queue.count('completed')).toBe(0);
  });

  it('ends with TasksClosedError when the app closes before its job has ended', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()] });
    const job = await queueOf(app).enqueue('later', 1, { delay: '1h' });
    const waiting = job.result({ timeout: '1h' }).catch((error: unknown) => error);
    await app.close();
    expect(await waiting).toMatchObject({ code: 'TASKS_CLOSED' });
  });

  it('arrives when its job ends while the app drains', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()] });
    const [started, finish] = [new Gate(), new Gate()];
    app.get(HandlerRegistry).register('slow', async () => {
      started.open(undefined);
      await finish.opened;
      return 'done';
    });
    const result = (await queueOf(app).enqueue('slow')).result();
    await started.opened;
    const closed = app.close();
    finish.open(undefined);
    await expect(result).resolves.toBe('done');
    await closed;
  });
});
