import { Injectable } from '@nestjs/common';
import { CapturingLogger } from '@nestjs/testing';
import {
  OnTaskEvent,
  Task,
  type TaskCancelledEvent,
  type TaskCompletedEvent,
  type TaskContext,
  type TaskEvent,
  TaskEvents,
  type TaskFailedEvent,
  type TaskProgressEvent,
  type TaskQueuedEvent,
  type TaskRetryingEvent,
  TasksModule,
  type TaskStartedEvent,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Tasks {
  attempts = 0;

  @Task({ maxRetries: 1, retry: { delay: 0 } })
  async flaky(_: unknown, ctx: TaskContext) {
    await ctx.progress(ctx.attempt, 2, 'trying');
    if (ctx.attempt === 1) throw new Error('first time');
    return 'at last';
  }

  @Task({ maxRetries: 0 }) hopeless() {
    throw new TypeError('never');
  }
}

@Injectable()
class Journal {
  readonly seen: TaskEvent[] = [];

  @OnTaskEvent('queued') queued(event: TaskQueuedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('started') started(event: TaskStartedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('completed') completed(event: TaskCompletedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('retrying') retrying(event: TaskRetryingEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('failed') failed(event: TaskFailedEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('cancelled') cancelled(event: TaskCancelledEvent) {
    this.seen.push(event);
  }
  @OnTaskEvent('progress') progress(event: TaskProgressEvent) {
    this.seen.push(event);
  }

  of(jobId: string) {
    return this.seen.filter((event) => event.taskId === jobId);
  }
}

const start = (logger = new CapturingLogger()) =>
  startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Journal] }, { logger });
describe('@OnTaskEvent()', () => {
  it('tells the whole life of a job that needs a second try', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('flaky');
    await job.result();
    const events = app.get(Journal).of(job.id);
    expect(events.map(({ type }) => type)).toEqual([
      'queued',
      'started',
      'progress',
      'retrying',
      'started',
      'progress',
      'completed',
    ]);
    expect(events.every(({ taskName, queueName }) => taskName === 'flaky' && queueName === 'default')).toBe(
      true,
    );
    expect(events[3]).toMatchObject({ attempt: 1, retryIn: 0, error: expect.any(Error) as Error });
    expect(events[5]).toMatchObject({ attempt: 2, progress: { current: 2, total: 2, message: 'trying' } });
    expect(events[6]).toMatchObject({
      attempt: 2,
      result: 'at last',
      duration: expect.any(Number) as number,
    });
  });

  it('tells of a dead letter with the error and what is kept of it', async () => {
    const app = await start();
    const failed = nextEvent(app, 'failed');
    await queueOf(app).enqueue('hopeless');
    const event = await failed;
    expect(event.error).toBeInstanceOf(TypeError);
    expect(event.reason).toMatchObject({ name: 'TypeError', message: 'never' });
  });

  it('tells of a cancelled job that never ran', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('flaky', undefined, { delay: '1h' });
    await job.cancel('changed my mind');
    const [queued, cancelled] = app.get(Journal).of(job.id);
    expect(queued?.type).toBe('queued');
    expect(cancelled).toMatchObject({ type: 'cancelled', reason: 'changed my mind' });
  });

  it('listens to one task only when it says so', async () => {
    @Injectable()
    class Picky {
      readonly seen: string[] = [];
      @OnTaskEvent('completed', { task: 'wanted' }) note(event: TaskCompletedEvent) {
        this.seen.push(event.taskName);
      }
      @Task() wanted() {}
      @Task() other() {}
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Picky] });
    const jobs = await queueOf(app).enqueueMany([{ name: 'other' }, { name: 'wanted' }]);
    await Promise.all(jobs.map((job) => job.result()));
    expect(app.get(Picky).seen).toEqual(['wanted']);
  });

  it('cannot disturb a job: what it throws is logged', async () => {
    @Injectable()
    class Broken {
      @OnTaskEvent('completed') note() {
        throw new Error('no pager');
      }
      @Task() fine() {
        return 'fine';
      }
    }
    const logger = new CapturingLogger();
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Broken] }, { logger });
    const job = await queueOf(app).enqueue('fine');
    await expect(job.result()).resolves.toBe('fine');
    logger.assertLogged({ level: 'error', message: /Broken\.note failed .* no pager/ });
  });
});

describe('TaskEvents in an application', () => {
  it('ends its streams when the application closes', async () => {
    const app = await start();
    const ended = new Promise<void>((resolve) => app.get(TaskEvents).stream.subscribe({ complete: resolve }));
    await app.close();
    await expect(ended).resolves.toBeUndefined();
  });

  it('wants nothing in an app where nobody listens', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    expect(app.get(TaskEvents).wants('completed')).toBe(false);
  });
});
