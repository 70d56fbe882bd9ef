import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CapturingLogger } from '@nestjs/testing';
import {
  HandlerRegistry,
  InjectTasks,
  InvalidOptionError,
  Task,
  TaskManager,
  TasksModule,
  type TaskClient,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { rejection } from '../unit/rejection.js';
import { startApp } from './start-app.js';

@Injectable()
class EmailTasks {
  @Task({ name: 'send-notice', maxRetries: 1, timeout: '5s' }) send() {}
}

const boot = (
  options: TasksModuleOptions,
  providers: (new (...args: never[]) => unknown)[] = [EmailTasks],
) => {
  const logger = new CapturingLogger();
  const app = startApp({ imports: [TasksModule.forRoot({ env: {}, ...options })], providers }, { logger });
  const warnings = () => logger.filter({ level: 'warn' }).map(({ message }) => String(message));
  return { app, warnings };
};

describe('Options of single tasks', () => {
  it('hold for the handler and for every call', async () => {
    const app = await boot({ tasks: { 'send-notice': { maxRetries: 7, queue: 'bulk' } } }).app;
    expect(app.get(HandlerRegistry).get('send-notice')?.options).toMatchObject({
      maxRetries: 7,
      timeout: 5_000,
    });
    const job = await app.get(TaskManager).enqueue('send-notice');
    expect(job).toMatchObject({ maxRetries: 7, queue: 'bulk', timeout: 5_000 });
    const own = await app.get(TaskManager).enqueue('send-notice', undefined, { maxRetries: 2 });
    expect(own.maxRetries).toBe(2);
  });

  it('hold in a process that has only the class of the task', async () => {
    @Injectable()
    class Signup {
      constructor(@InjectTasks(EmailTasks) readonly emails: TaskClient<EmailTasks>) {}
    }
    const { app } = boot({ role: 'producer', tasks: { 'send-notice': { maxRetries: 7 } } }, [Signup]);
    const job = await (await app).get(Signup).emails.send.delay();
    expect(job).toMatchObject({ maxRetries: 7, timeout: 5_000 });
  });

  it('hold in a process that has not even that, and enqueues by name', async () => {
    const env = { TASKS__TASKS__SEND_NOTICE__TIMEOUT: '9s' };
    const { app } = boot({ env, role: 'producer', tasks: { 'send-notice': { queue: 'urgent' } } }, []);
    const tasks = (await app).get(TaskManager);
    expect(await tasks.enqueue('send-notice')).toMatchObject({ queue: 'urgent', timeout: 9_000 });
    expect(await tasks.enqueue('another')).toMatchObject({ queue: 'default', timeout: undefined });
  });

  it('must name a queue that is there', async () => {
    const error = await rejection<InvalidOptionError>(
      boot({ tasks: { 'send-notice': { queue: 'blk' } } }).app,
    );
    expect(error.issues).toEqual([
      { path: 'tasks.send-notice.queue', message: expect.stringContaining('Did you mean "bulk"?') },
    ]);
  });
});

describe('Options of a task that is not there', () => {
  const tasks = { 'send-notcie': { maxRetries: 5 } };
  const message = 'no task of this process has this name. Did you mean "send-notice"?';

  it('end the boot, with the nearest name that is', async () => {
    const error = await rejection<InvalidOptionError>(boot({ tasks }).app);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.issues).toMatchObject([{ path: 'tasks.send-notcie', message }]);
  });

  it('end it by the name of the variable, too', async () => {
    const error = await rejection<InvalidOptionError>(
      boot({ env: { TASKS__TASKS__SEND_NOTCIE__TIMEOUT: '1s' } }).app,
    );
    expect(error.issues).toMatchObject([{ path: 'TASKS__TASKS__SEND_NOTCIE' }]);
    expect(error.message).toContain('Did you mean "SEND_NOTICE"?');
  });

  it('are warned of where jobs of unknown tasks are given back: another process may have it', async () => {
    const { app, warnings } = boot({ tasks: { other: {} }, worker: { unknownTask: 'release' } });
    await app;
    expect(warnings()).toEqual(['tasks.other: no task of this process has this name. Known: send-notice.']);
  });

  it('are warned of in a producer when the name is nearly one that it knows, and else are normal', async () => {
    const near = boot({ env: { NODE_ENV: 'test' }, role: 'producer', tasks });
    await near.app;
    expect(near.warnings()).toContain(`tasks.send-notcie: ${message}`);
    const far = boot({ role: 'producer', tasks: { 'resize-an-image': {} } });
    await far.app;
    expect(far.warnings().filter((line) => line.startsWith('tasks.'))).toEqual([]);
  });

  it('end the boot of any process with `strict`', async () => {
    const { app } = boot({ strict: true, tasks, worker: { unknownTask: 'release' } });
    await expect(app).rejects.toBeInstanceOf(InvalidOptionError);
  });

  it('are fine when its function is registered while the app starts', async () => {
    @Injectable()
    class Plugins implements OnApplicationBootstrap {
      @Inject() private readonly handlers!: HandlerRegistry;
      onApplicationBootstrap() {
        this.handlers.register('late', () => undefined);
      }
    }
    const app = await boot({ tasks: { late: { maxRetries: 9 } } }, [Plugins]).app;
    expect(app.get(HandlerRegistry).get('late')?.options.maxRetries).toBe(9);
  });

  it('are nothing to a stub of one part of the app', async () => {
    await expect(startApp({ imports: [TasksModule.stub({ tasks })] })).resolves.toBeDefined();
  });
});

describe('A queue that only a variable adds', () => {
  const env = { TASKS__QUEUES__MIALS__CONCURRENCY: '2' };
  const message =
    'TASKS__QUEUES__MIALS: adds the queue "mials", which nothing of this process uses. Did you mean "mails"?';
  const told = async (options: TasksModuleOptions): Promise<string[]> => {
    const { app, warnings } = boot({ queues: [{ name: 'mails' }], ...options });
    await app;
    return warnings();
  };

  it('is warned of when nothing uses it and another one has nearly its name', async () => {
    expect(await told({ env })).toEqual([message]);
  });

  it('ends the boot with `strict`', async () => {
    const error = await rejection<InvalidOptionError>(
      boot({ env, strict: true, queues: [{ name: 'mails' }] }).app,
    );
    expect(error.message).toContain(message);
  });

  it.each<readonly [string, TasksModuleOptions]>([
    ['a task is sent to', { env, tasks: { 'send-notice': { queue: 'mials' } } }],
    ['the worker is told to serve', { env, worker: { queues: ['mails', 'mials'] } }],
    ['the code has', { env, queues: [{ name: 'mails' }, { name: 'mials' }] }],
    ['no other has nearly the name of', { env: { TASKS__QUEUES__EXPORTS__CONCURRENCY: '2' } }],
    ['a backend brings', { env: { TASKS__QUEUES__BULK__CONCURRENCY: '2' }, queues: [{ name: 'bulky' }] }],
  ])('is as good as any when it is one that %s', async (_what, options) => {
    expect(await told(options)).toEqual([]);
  });
});

describe('A stub', () => {
  it('does not read the environment of the machine that it runs on', async () => {
    process.env['TASKS__WORKER__WORKER_COUNT'] = 'nonsense';
    try {
      await expect(startApp({ imports: [TasksModule.stub()] })).resolves.toBeDefined();
      await expect(startApp({ imports: [TasksModule.forRoot()] })).rejects.toThrow(
        'TASKS__WORKER__WORKER_COUNT',
      );
    } finally {
      delete process.env['TASKS__WORKER__WORKER_COUNT'];
    }
  });
});
