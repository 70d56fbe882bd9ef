import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { CapturingLogger } from '@nestjs/testing';
import {
  HandlerRegistry,
  InjectQueue,
  InjectTasks,
  InvalidOptionError,
  Task,
  TaskQueue,
  TasksDisabledError,
  TasksModule,
  UseTaskMiddleware,
  WorkerPool,
  type TaskBackendFactory,
  type TaskCallHandler,
  type TaskClient,
  type TaskExecutionContext,
  type TaskMiddleware,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMemoryBackend } from '../../lib/backends/index.js';
import { systemClock } from '../../lib/contract/index.js';
import { anotherClient, firstClient } from '../contract/variants/fleet-of-memory.js';
import { rejection } from '../unit/rejection.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

/** What a handler needs and a process that enqueues has not: making it fails. */
@Injectable()
class MailServer {
  constructor() {
    if (!MailServer.isHere) throw new Error('There is no mail server in this process.');
  }
  static isHere = false;
  send(to: string) {
    return `sent to ${to}`;
  }
}

@Injectable()
class EmailTasks {
  constructor(private readonly server: MailServer) {}
  @Task({ name: 'send-email', queue: 'mails-of-roles' }) send({ to }: { to: string }) {
    return this.server.send(to);
  }
}
@Module({ providers: [MailServer, EmailTasks] })
class MailModule {}

@Injectable()
class SignupService {
  constructor(
    @InjectTasks(EmailTasks) readonly emails: TaskClient<EmailTasks>,
    @InjectQueue('mails-of-roles') readonly queue: TaskQueue,
  ) {}
}

/** A store that several processes share. */
function sharedStore(): TaskBackendFactory {
  const store = createMemoryBackend({ name: 'shared', type: 'memory', options: {}, clock: systemClock });
  let clients = 0;
  return () => (clients++ === 0 ? firstClient(store) : anotherClient(store));
}

const root = (options: TasksModuleOptions) =>
  TasksModule.forRoot({ queues: [{ name: 'mails-of-roles' }], ...options });

describe("A process with role: 'producer'", () => {
  it('enqueues through the client of a class that is not made in it, and another process runs the job', async () => {
    const shared = sharedStore();
    const on = (role: 'producer' | 'worker') =>
      root({ role, backendTypes: { shared }, backend: { type: 'shared' } });
    MailServer.isHere = true;
    const worker = await startApp({ imports: [on('worker'), MailModule] });
    MailServer.isHere = false;
    const producer = await startApp({ imports: [on('producer')], providers: [SignupService] });

    expect(() => producer.get(EmailTasks, { strict: false })).toThrow(/EmailTasks/u);
    const job = await producer.get(SignupService).emails.send.delay({ to: 'ada@example.com' });
    expect(job.queue).toBe('mails-of-roles');
    await expect(job.result()).resolves.toBe('sent to ada@example.com');
    expect(worker.get(WorkerPool).stats().jobs).toBe(1);
    expect(producer.get(WorkerPool).isRunning).toBe(false);
  });

  it('checks what it enqueues by name by the schemas of the classes that it has clients of', async () => {
    @Injectable()
    class Checked {
      constructor(readonly server: MailServer) {}
      @Task({ name: 'checked', schema: z.object({ to: z.email() }) }) send(_: { to: string }) {}
    }
    @Injectable()
    class Caller {
      constructor(
        @InjectTasks(Checked) readonly tasks: TaskClient<Checked>,
        @InjectQueue('mails-of-roles') readonly queue: TaskQueue,
      ) {}
    }
    const app = await startApp({ imports: [root({ role: 'producer' })], providers: [Caller] });
    const { queue } = app.get(Caller);
    await expect(queue.enqueue('checked', { to: 'nobody' })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [{ path: 'to' }],
    });
    await expect(queue.enqueue('checked', { to: 'ada@example.com' })).resolves.toMatchObject({
      name: 'checked',
    });
  });

  it('would fail to boot with the handlers that it does without', async () => {
    MailServer.isHere = false;
    await expect(startApp({ imports: [root({ role: 'producer' }), MailModule] })).rejects.toThrow(
      'There is no mail server in this process.',
    );
  });

  it('makes no middleware, and so needs nothing of what it injects', async () => {
    let made = 0;
    @Injectable()
    class Audit implements TaskMiddleware {
      constructor() {
        made++;
      }
      intercept(_: TaskExecutionContext, next: TaskCallHandler) {
        return next.handle();
      }
    }
    @Injectable()
    @UseTaskMiddleware(Audit)
    class Audited {
      @Task() audited() {}
    }
    const options: TasksModuleOptions = { middleware: [Audit], queues: [{ name: 'a', middleware: [Audit] }] };
    await startApp({ imports: [root({ ...options, role: 'producer' })], providers: [Audited] });
    expect(made).toBe(0);
    await startApp({ imports: [root({ ...options, role: 'both' })], providers: [Audited] });
    expect(made).toBe(1);
  });

  it('refuses to start workers by hand', async () => {
    const app = await startApp({ imports: [root({ role: 'producer' })] });
    const error = await rejection(app.get(WorkerPool).start());
    expect(error).toBeInstanceOf(TasksDisabledError);
    expect(error.message).toContain("`role: 'producer'`");
    expect(app.get(WorkerPool).isRunning).toBe(false);
  });
});

describe("A process with role: 'worker'", () => {
  it('runs jobs, whose handlers can enqueue', async () => {
    @Injectable()
    class Chain {
      constructor(@InjectQueue() readonly queue: TaskQueue) {}
      @Task() async first() {
        return (await this.queue.enqueue('second')).id;
      }
      @Task() second() {
        return 'done';
      }
    }
    const app = await startApp({ imports: [root({ role: 'worker' })], providers: [Chain] });
    const first = await queueOf(app).enqueue('first');
    const second = await queueOf(app).get(String(await first.result()));
    await expect(second?.result()).resolves.toBe('done');
  });
});

describe("A process with role: 'worker' that has no handler", () => {
  const warned = async (...providers: (new () => unknown)[]) => {
    const logger = new CapturingLogger();
    await startApp({ imports: [root({ role: 'worker' })], providers }, { logger });
    return logger.filter({ level: 'warn', message: /nothing to run/u }).length;
  };

  it('is warned of', async () => {
    expect(await warned()).toBe(1);
  });

  it('is fine when one is registered while it starts', async () => {
    @Injectable()
    class Plugins implements OnApplicationBootstrap {
      @Inject() private readonly handlers!: HandlerRegistry;
      onApplicationBootstrap() {
        this.handlers.register('plugin', () => undefined);
      }
    }
    expect(await warned(Plugins)).toBe(0);
  });
});

describe('A module with enabled: false', () => {
  const off = async (options: TasksModuleOptions = {}) => {
    MailServer.isHere = true;
    let made = 0;
    const backendTypes = {
      counted: () => {
        made++;
        throw new Error('no address');
      },
    };
    const app = await startApp({
      imports: [root({ backendTypes, backend: { type: 'counted' }, ...options, enabled: false }), MailModule],
      providers: [SignupService],
    });
    return { app, made: () => made };
  };

  it('makes and opens no backend, and starts no worker', async () => {
    const { app, made } = await off();
    expect(made()).toBe(0);
    expect(app.get(WorkerPool).isRunning).toBe(false);
    await expect(app.get(WorkerPool).start()).rejects.toBeInstanceOf(TasksDisabledError);
  });

  it.each<[string, (service: SignupService) => Promise<unknown>]>([
    ['a client', ({ emails }) => emails.send.delay({ to: 'ada@example.com' })],
    ['a queue', ({ queue }) => queue.enqueue('send-email')],
    ['a transaction', ({ queue }) => queue.enqueueMany([{ name: 'send-email' }], { tx: {} })],
    ['a count', ({ queue }) => queue.count()],
    ['a dequeue', ({ queue }) => queue.dequeue()],
    ['a pause', ({ queue }) => queue.pause()],
  ])('refuses %s: nothing is lost in silence', async (_what, call) => {
    const { app } = await off();
    const error = await rejection(call(app.get(SignupService)));
    expect(error).toBeInstanceOf(TasksDisabledError);
    expect(error).toMatchObject({
      code: 'TASKS_DISABLED',
      message: expect.stringContaining('enabled: false'),
    });
  });

  it('still finds what is wrong with the options', async () => {
    await expect(off({ worker: { leese: 1 } } as never)).rejects.toBeInstanceOf(InvalidOptionError);
  });

  it('closes like any other', async () => {
    const { app } = await off();
    await expect(app.close()).resolves.toBeUndefined();
  });
});

describe('Memory where it is probably not meant', () => {
  const production = { NODE_ENV: 'production' };
  const warningsOf = async (options: TasksModuleOptions) => {
    const logger = new CapturingLogger();
    await startApp({ imports: [TasksModule.forRoot(options)] }, { logger });
    return logger.filter({ level: 'warn', context: 'TasksModule' }).map(({ message }) => String(message));
  };

  it('is warned of in production', async () => {
    expect(await warningsOf({ env: production })).toEqual([
      'backend.type: backend "memory" keeps its jobs in memory, and NODE_ENV is production: they end with this process, and no other one sees them.',
    ]);
  });

  it('is warned of by the name of the backend that it is', async () => {
    const shared = sharedStore();
    const backends = [{ name: 'main', type: 'shared' }, { name: 'cache' }];
    expect(await warningsOf({ env: production, backendTypes: { shared }, backends })).toEqual([
      expect.stringMatching(/^backends\.1\.type: backend "cache"/u),
    ]);
  });

  it('is warned of for a process that enqueues into a memory that nobody serves', async () => {
    expect(await warningsOf({ env: {}, role: 'producer' })).toEqual([
      expect.stringMatching(/^role: "producer" on backend "memory"/u),
    ]);
  });

  it.each<[string, TasksModuleOptions]>([
    ['in development', { env: { NODE_ENV: 'development' } }],
    ['without NODE_ENV', { env: {} }],
    ['where nothing runs', { env: production, enabled: false }],
  ])('is nothing to be warned of %s', async (_where, options) => {
    expect(await warningsOf(options)).toEqual([]);
  });

  it('is refused with `strict`, together with all else that is wrong', async () => {
    const start = startApp({
      imports: [
        TasksModule.forRoot({ env: production, strict: true, queues: [{ name: 'a', backend: 'b' }] }),
      ],
    });
    const error = await rejection<InvalidOptionError>(start);
    expect(error.issues.map(({ path }) => path)).toEqual(['queues.0.backend', 'backend.type']);
  });

  it('is what a stub is for', async () => {
    const logger = new CapturingLogger();
    await startApp({ imports: [TasksModule.stub({ role: 'producer' })] }, { logger });
    expect(logger.filter({ level: 'warn' })).toEqual([]);
  });
});
