import { Injectable } from '@nestjs/common';
import {
  DeadLetterQueue,
  Task,
  type TaskContext,
  TasksModule,
  type TasksModuleOptions,
  TaskTimeoutError,
  WorkerPool,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { Gate, settle } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

async function start<T>(tasks: new () => T, options?: TasksModuleOptions) {
  const app = await startApp({ imports: [TasksModule.forRoot(options)], providers: [tasks] });
  return { app, tasks: app.get(tasks), queue: queueOf(app) };
}

describe('What becomes of a handler that', () => {
  it.each([
    ['a text', 'out of paper', 'out of paper'],
    ['an object', { printer: 3 }, '{"printer":3}'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
  ])('throws %s: a failed run, kept as NonError', async (_what, thrown, message) => {
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 0 }) async odd() {
        throw thrown;
      }
    }
    const { app, queue } = await start(Tasks);
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('odd');
    await expect(failed).resolves.toMatchObject({ error: thrown, reason: { name: 'NonError', message } });
  });

  it('never resolves: aborted at its timeout, and its slot is free again', async () => {
    const clock = new ManualClock();
    @Injectable()
    class Tasks {
      readonly started = new Gate();
      reason: unknown;
      @Task({ maxRetries: 0, timeout: '2s' })
      never(_: unknown, ctx: TaskContext) {
        ctx.signal.addEventListener('abort', () => (this.reason = ctx.signal.reason));
        this.started.open();
        return new Promise(() => {});
      }
      @Task() next() {
        return 'served';
      }
    }
    const { app, tasks, queue } = await start(Tasks, {
      clock,
      worker: { workerCount: 1, maxConcurrentTasks: 1 },
    });
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('never');
    await tasks.started.opened;
    await clock.advance(2_000);
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_TIMEOUT' } });
    expect(tasks.reason).toBeInstanceOf(TaskTimeoutError);
    await expect((await queue.enqueue('next')).result()).resolves.toBe('served');
    expect(app.get(WorkerPool).stats().zombies).toBe(1);
  });

  it('resolves after its timeout: what it returns is ignored, and it is no zombie any more', async () => {
    const clock = new ManualClock();
    @Injectable()
    class Tasks {
      readonly started = new Gate();
      readonly finish = new Gate<string>();
      @Task({ maxRetries: 0, timeout: '2s' })
      late() {
        this.started.open();
        return this.finish.opened;
      }
    }
    const { app, tasks, queue } = await start(Tasks, { clock });
    const failed = nextEvent(app, 'failed');
    const job = await queue.enqueue('late');
    await tasks.started.opened;
    await clock.advance(2_000);
    await failed;
    expect(app.get(WorkerPool).stats().zombies).toBe(1);
    tasks.finish.open('too late');
    await settle();
    expect(await job.refresh()).toMatchObject({ status: 'failed', resultValue: undefined });
    expect(app.get(WorkerPool).stats().zombies).toBe(0);
    await expect(app.get(DeadLetterQueue).count()).resolves.toBe(1);
  });

  it('blocks the event loop past its lease: its verdict is refused, and the job runs again', async () => {
    @Injectable()
    class Tasks {
      runs: number[] = [];
      @Task()
      block(_: unknown, ctx: TaskContext) {
        this.runs.push(ctx.attempt);
        if (ctx.attempt > 1) return 'the second run';
        const end = performance.now() + 1_600;
        while (performance.now() < end);
        return 'the first run';
      }
    }
    const { app, tasks, queue } = await start(Tasks, { worker: { lease: '1s' } });
    const job = await queue.enqueue('block');
    await expect(job.result({ timeout: '10s' })).resolves.toBe('the second run');
    expect(tasks.runs).toEqual([1, 2]);
    expect(app.get(WorkerPool).stats().leasesLost).toBe(1);
  });

  it('returns what cannot be carried: a failed run', async () => {
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 0 }) bigint() {
        return 1n as unknown as string;
      }
    }
    const { app, queue } = await start(Tasks);
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('bigint');
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_VALIDATION' } });
  });

  it('returns too much: a failed run', async () => {
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 0 }) big() {
        return 'x'.repeat(2_000);
      }
    }
    const { app, queue } = await start(Tasks, { payload: { maxResultSize: 1_000 } });
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('big');
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_PAYLOAD_TOO_LARGE' } });
  });

  it('returns nothing: completed, without a result', async () => {
    @Injectable()
    class Tasks {
      @Task() nothing() {}
    }
    const { queue } = await start(Tasks);
    await expect((await queue.enqueue('nothing')).result()).resolves.toBeUndefined();
  });

  it('throws in a synchronous function: a failed run like any other', async () => {
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 1, retry: { delay: 0 } }) sync(_: unknown, ctx: TaskContext) {
        if (ctx.attempt === 1) throw new Error('once');
        return 'twice';
      }
    }
    const { queue } = await start(Tasks);
    await expect((await queue.enqueue('sync')).result()).resolves.toBe('twice');
  });
});
