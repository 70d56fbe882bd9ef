import { describe, expect, it } from 'vitest';
import { HandlerRegistry, TasksModule } from 'nestjs-tasks';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

describe('jobs that end at once', () => {
  it('can be awaited by who has just enqueued them, though their results are not kept', async () => {
    const app = await startApp({
      imports: [
        TasksModule.forRoot({
          worker: { workerCount: 4, maxConcurrentTasks: 400 },
          retention: { completedMax: 0 },
        }),
      ],
    });
    app.get(HandlerRegistry).register('echo', (payload: number) => payload);
    const numbers = Array.from({ length: 1_600 }, (_, place) => place);
    const jobs = await queueOf(app).enqueueMany(numbers.map((payload) => ({ name: 'echo', payload })));
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual(numbers);
  });
});
