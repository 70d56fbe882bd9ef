import { type TaskContext, HandlerRegistry, TaskExecutionError, TasksModule, WorkerPool } from 'nestjs-tasks';
import type { TaskFunction, TaskOptions, TasksModuleOptions } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Gate, settle } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

/** An app whose task `odd` is that handler; a failed run is the last. */
async function start(handler: TaskFunction, options: TaskOptions = {}, module: TasksModuleOptions = {}) {
  const app = await startApp({ imports: [TasksModule.forRoot({ retry: { maxRetries: 0 }, ...module })] });
  app.get(HandlerRegistry).register('odd', handler, options);
  return { app, queue: queueOf(app) };
}

/** The titles before the colon are the rows of docs/outcomes.md. */
describe('What becomes of a handler that', () => {
  it('fails with an enormous message: the message is cut, and the job is a dead letter like any other', async () => {
    const { queue } = await start(() => {
      throw new Error('x'.repeat(1_000_000));
    });
    const job = await queue.enqueue('odd');
    await expect(job.result()).rejects.toThrow(TaskExecutionError);
    expect((await job.refresh()).lastError?.message).toMatch(/^x{4000,4096}$/);
  });

  it('goes on after its timeout with too many others: no more jobs are taken until it ends', async () => {
    const clock = new ManualClock();
    const started = new Gate();
    const finish = new Gate();
    const stubborn = (): Promise<unknown> => {
      started.open();
      return finish.opened;
    };
    const { app, queue } = await start(stubborn, { timeout: '2s' }, { clock, worker: { maxZombies: 1 } });
    app.get(HandlerRegistry).register('next', () => 'served');
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('odd');
    await started.opened;
    await clock.advance(2_000);
    await failed;

    const next = await queue.enqueue('next');
    await clock.advance(5_000);
    expect(await next.refresh()).toMatchObject({ status: 'pending' });
    finish.open(undefined);
    await settle();
    await clock.advance(1_000);
    await expect(next.result()).resolves.toBe('served');
    expect(app.get(WorkerPool).stats().zombies).toBe(0);
  });

  it('answers its aborted signal with an error of its own: the reason of the abort counts', async () => {
    const clock = new ManualClock();
    const started = new Gate();
    const own = (_: unknown, { signal }: TaskContext): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('socket closed')));
        started.open();
      });
    const { app, queue } = await start(own, { timeout: '2s' }, { clock });
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('odd');
    await started.opened;
    await clock.advance(2_000);
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_TIMEOUT' } });
  });

  it('is given a payload that cannot be decoded: not called, and a dead letter at once', async () => {
    let calls = 0;
    const { app, queue } = await start(() => (calls += 1), { maxRetries: 5 });
    const failed = nextEvent(app, 'failed');
    const job = { queue: queue.name, id: 'broken', name: 'odd', payload: '{"to":', codec: 'json' };
    await queue.backend.enqueue([{ ...job, version: 1, priority: 5, maxRetries: 5 }]);
    await expect(failed).resolves.toMatchObject({ attempt: 1, reason: { code: 'TASKS_CODEC' } });
    expect(calls).toBe(0);
  });

  it('is given a payload that does not fit its schema: not called, and a dead letter at once', async () => {
    let calls = 0;
    const { app, queue } = await start(() => (calls += 1), {
      maxRetries: 5,
      schema: z.object({ to: z.email() }),
    });
    const failed = nextEvent(app, 'failed');
    const job = { queue: queue.name, id: 'outdated', name: 'odd', payload: '{"to":5}', codec: 'json' };
    await queue.backend.enqueue([{ ...job, version: 1, priority: 5, maxRetries: 5 }]);
    await expect(failed).resolves.toMatchObject({ attempt: 1, reason: { code: 'TASKS_PAYLOAD_MISMATCH' } });
    expect(calls).toBe(0);
  });

  it('does not exist: a dead letter at once', async () => {
    const { app, queue } = await start(() => 'never called');
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('no-such-task', undefined, { maxRetries: 5 });
    await expect(failed).resolves.toMatchObject({ attempt: 1, reason: { code: 'TASKS_NOT_FOUND' } });
  });

  it('does not exist in this process yet: given back while another version may have it', async () => {
    const { app, queue } = await start(() => 'never called', {}, { worker: { unknownTask: 'release' } });
    const job = await queue.enqueue('coming');
    const completed = nextEvent(app, 'completed');
    app.get(HandlerRegistry).register('coming', () => 'here it is');
    await expect(completed).resolves.toMatchObject({ taskId: job.id, result: 'here it is' });
  });
});
