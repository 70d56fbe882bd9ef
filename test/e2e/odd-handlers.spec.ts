import { applyDecorators, type CallHandler, Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  DeadLetterQueue,
  HandlerRegistry,
  Task,
  type TaskContext,
  TasksModule,
  type TasksModuleOptions,
  TaskTimeoutError,
  WorkerPool,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { EMPTY, Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Gate, settle } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

async function start<T>(tasks: new () => T, options?: TasksModuleOptions) {
  const app = await startApp({ imports: [TasksModule.forRoot(options)], providers: [tasks] });
  return { app, tasks: app.get(tasks), queue: queueOf(app) };
}

function raise(message: string): never {
  throw new Error(message);
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

  it.each([
    ['what it returns counts, if it is done by then', false, { result: 'computed' }],
    ['it has failed, if it waits for anything then', true, { reason: { code: 'TASKS_TIMEOUT' } }],
  ])('blocks the event loop past its timeout: %s', async (_what, waits, end) => {
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 0, timeout: '20ms' })
      async compute() {
        const until = performance.now() + 80;
        while (performance.now() < until);
        if (waits) await new Promise(() => {});
        return 'computed';
      }
    }
    const { app, queue } = await start(Tasks);
    const ended = Promise.race([nextEvent(app, 'completed'), nextEvent(app, 'failed')]);
    await queue.enqueue('compute');
    await expect(ended).resolves.toMatchObject(end);
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

  it('returns an Observable: completed with its last value, whatever stands around it', async () => {
    @Injectable()
    class Tasks {
      @Task() plain() {
        return of(1, 2);
      }
      @Task() async later() {
        return of(1, 2);
      }
      @UseInterceptors({ intercept: (_: unknown, next: CallHandler) => next.handle() })
      @Task()
      async intercepted() {
        return of(1, 2);
      }
      @UseGuards({ canActivate: () => true })
      @Task()
      guarded() {
        return of(1, 2);
      }
    }
    const { app, queue } = await start(Tasks);
    for (const name of ['plain', 'later', 'intercepted', 'guarded']) {
      await expect((await queue.enqueue(name)).result()).resolves.toBe(2);
      await expect(app.get(HandlerRegistry).execute({ name })).resolves.toBe(2);
    }
  });

  it.each([
    ['ends without a value', EMPTY, { code: 'TASKS_NO_VALUE' }],
    ['fails', throwError(() => new Error('no answer')), { message: 'no answer' }],
  ])('returns an Observable that %s: a failed run', async (_what, stream, reason) => {
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 1, retry: { delay: 0 } }) stream() {
        return stream;
      }
    }
    const { app, queue } = await start(Tasks);
    const failed = nextEvent(app, 'failed');
    const job = await queue.enqueue('stream');
    await expect(failed).resolves.toMatchObject({ reason });
    expect((await job.refresh()).attempt).toBe(2);
  });

  it.each([
    ['alone', []],
    [
      'behind an interceptor',
      [UseInterceptors({ intercept: (_: unknown, next: CallHandler) => next.handle() })],
    ],
  ])('returns an Observable that goes on: its subscription ends with the run, %s', async (_where, around) => {
    const clock = new ManualClock();
    const subscribed = new Gate();
    const ended = new Gate();
    @Injectable()
    class Tasks {
      @applyDecorators(...around)
      @Task({ maxRetries: 0, timeout: '2s' })
      endless() {
        return new Observable(() => {
          subscribed.open();
          return () => ended.open();
        });
      }
    }
    const { app, queue } = await start(Tasks, { clock });
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('endless');
    await subscribed.opened;
    await clock.advance(2_000);
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_TIMEOUT' } });
    await ended.opened;
    await settle();
    expect(app.get(WorkerPool).stats().zombies).toBe(0);
  });

  it('returns a proxy that throws at any question: a failed run, as of what cannot be carried', async () => {
    const hostile = new Proxy(
      {},
      {
        get: (_, key) => (key === 'then' ? undefined : raise('do not touch')),
        getPrototypeOf: () => raise('do not look'),
      },
    );
    @Injectable()
    class Tasks {
      @Task({ maxRetries: 0 }) async odd(): Promise<unknown> {
        return hostile;
      }
    }
    const { app, queue } = await start(Tasks);
    const failed = nextEvent(app, 'failed');
    await queue.enqueue('odd');
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_VALIDATION' } });
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
