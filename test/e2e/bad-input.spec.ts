import { Injectable } from '@nestjs/common';
import {
  DependencyUnknownError,
  InvalidDurationError,
  InvalidNameError,
  InvalidOptionError,
  PayloadTooLargeError,
  QueueFullError,
  QueueRegistry,
  Task,
  TaskError,
  TaskManager,
  TasksModule,
  TaskValidationError,
  UnknownQueueError,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Tasks {
  @Task() send() {}
}

/** No worker: what was enqueued is still there to be counted. */
const start = () =>
  startApp({
    imports: [
      TasksModule.forRoot({
        worker: { autoStart: false },
        payload: { maxSize: 1_000 },
        queues: [{ name: 'small', maxSize: 1 }],
      }),
    ],
    providers: [Tasks],
  });

type Start = Awaited<ReturnType<typeof start>>;
async function jobsIn(app: Start): Promise<number> {
  const counts = await Promise.all(
    app
      .get(QueueRegistry)
      .all()
      .map((queue) => queue.count()),
  );
  return counts.reduce((total, count) => total + count, 0);
}

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

describe('Bad input at enqueue is a typed error, and nothing is enqueued', () => {
  it.each<[string, (app: Start) => Promise<unknown>, new (...args: never[]) => TaskError]>([
    [
      'an unknown queue',
      (app) => app.get(TaskManager).enqueue('send', 1, { queue: 'nowhere' }),
      UnknownQueueError,
    ],
    ['a payload with a cycle', (app) => queueOf(app).enqueue('send', cyclic), TaskValidationError],
    ['a payload with a BigInt', (app) => queueOf(app).enqueue('send', { n: 1n }), TaskValidationError],
    ['a payload with a function', (app) => queueOf(app).enqueue('send', { f: () => 1 }), TaskValidationError],
    [
      'a payload over the cap',
      (app) => queueOf(app).enqueue('send', 'x'.repeat(2_000)),
      PayloadTooLargeError,
    ],
    [
      'a dependency on nobody',
      (app) => queueOf(app).enqueue('send', 1, { dependsOn: 'nobody' }),
      DependencyUnknownError,
    ],
    ['a negative delay', (app) => queueOf(app).enqueue('send', 1, { delay: -1 }), InvalidDurationError],
    [
      'an unparsable delay',
      (app) => queueOf(app).enqueue('send', 1, { delay: 'soon' }),
      InvalidDurationError,
    ],
    [
      'an unparsable timeout',
      (app) => queueOf(app).enqueue('send', 1, { timeout: '-' }),
      InvalidDurationError,
    ],
    ['a hostile task name', (app) => queueOf(app).enqueue('a\nb', 1), InvalidNameError],
    ['a hostile id', (app) => queueOf(app).enqueue('send', 1, { id: '../x' }), InvalidNameError],
    [
      'a priority out of bounds',
      (app) => queueOf(app).enqueue('send', 1, { priority: 21 }),
      InvalidOptionError,
    ],
    ['negative retries', (app) => queueOf(app).enqueue('send', 1, { maxRetries: -1 }), InvalidOptionError],
    [
      'an unknown option',
      (app) => queueOf(app).enqueue('send', 1, { dealy: 5 } as never),
      InvalidOptionError,
    ],
    [
      'delay and scheduleAt together',
      (app) => queueOf(app).enqueue('send', 1, { delay: 1, scheduleAt: new Date() }),
      InvalidOptionError,
    ],
  ])('%s', async (_what, enqueue, error) => {
    const app = await start();
    const call = (async () => enqueue(app))();
    await expect(call).rejects.toThrow(error);
    await expect(call).rejects.toHaveProperty('code');
    await expect(jobsIn(app)).resolves.toBe(0);
  });

  it('jobs that depend on each other in a circle', async () => {
    const app = await start();
    const call = queueOf(app).enqueueMany([
      { name: 'send', id: 'a', dependsOn: 'b' },
      { name: 'send', id: 'b', dependsOn: 'a' },
    ]);
    await expect(call).rejects.toMatchObject({ code: 'TASKS_DEPENDENCY_CYCLE' });
    await expect(jobsIn(app)).resolves.toBe(0);
  });

  it('more than a queue holds', async () => {
    const app = await start();
    await queueOf(app, 'small').enqueue('send');
    await expect(queueOf(app, 'small').enqueue('send')).rejects.toThrow(QueueFullError);
    await expect(jobsIn(app)).resolves.toBe(1);
  });
});
