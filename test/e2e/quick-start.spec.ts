import { Injectable } from '@nestjs/common';
import {
  InjectQueue,
  InjectTasks,
  Priority,
  Task,
  TaskManager,
  TasksModule,
  TaskNotFoundError,
  TaskQueue,
  type TaskClient,
  type TaskContext,
} from 'nestjs-tasks';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

interface Email {
  to: string;
}

@Injectable()
class Mailer {
  readonly sent: string[] = [];

  async send(to: string) {
    this.sent.push(to);
    return { id: `mail-${this.sent.length}`, at: new Date(Date.UTC(2026, 0, 2)) };
  }
}

@Injectable()
class EmailTasks {
  constructor(private readonly mailer: Mailer) {}

  @Task({ name: 'send-email', queue: 'notifications', priority: Priority.HIGH, maxRetries: 1 })
  async send(email: Email, ctx: TaskContext) {
    await ctx.progress(1, 1, `to ${email.to}`);
    return this.mailer.send(email.to);
  }

  @Task() tidy() {
    return 'tidied';
  }

  render(email: Email) {
    return email.to;
  }
}

@Injectable()
class SignupService {
  constructor(
    @InjectTasks(EmailTasks) readonly emails: TaskClient<EmailTasks>,
    @InjectQueue('notifications') readonly notifications: TaskQueue,
    @InjectQueue() readonly standard: TaskQueue,
  ) {}
}

const start = () =>
  startApp({
    imports: [TasksModule.forRoot({ queues: [{ name: 'notifications' }] })],
    providers: [Mailer, EmailTasks, SignupService],
  });

describe('An application with nothing but TasksModule.forRoot()', () => {
  it('runs a task in the background and gives back its result as the codec carries it', async () => {
    const app = await start();
    const job = await app.get(SignupService).emails.send.delay({ to: 'ada@example.org' });
    const receipt = await job.result({ timeout: '5s' });
    expectTypeOf(receipt).toEqualTypeOf<{ id: string; at: string }>();
    expect(receipt).toEqual({ id: 'mail-1', at: '2026-01-02T00:00:00.000Z' });
    expect(app.get(Mailer).sent).toEqual(['ada@example.org']);
  });

  it('gives a call the options of its task', async () => {
    const app = await start();
    const job = await app.get(SignupService).emails.send.delay({ to: 'ada@example.org' });
    expect(job).toMatchObject({ name: 'send-email', queue: 'notifications', priority: 10, maxRetries: 1 });
    await job.result();
  });

  it('lets a call say otherwise', async () => {
    const app = await start();
    const { emails } = app.get(SignupService);
    const job = await emails.send.delay(
      { to: 'ada' },
      { delay: '1h', priority: Priority.LOW, maxRetries: 9 },
    );
    expect(job).toMatchObject({ status: 'scheduled', priority: 0, maxRetries: 9 });
    expect(app.get(Mailer).sent).toEqual([]);
  });

  it('sends a call to a queue of choice', async () => {
    const app = await start();
    const { emails, standard } = app.get(SignupService);
    const job = await emails.send.applyAsync(standard, { to: 'ada' });
    expect(job.queue).toBe('default');
    await expect(job.result()).resolves.toMatchObject({ id: 'mail-1' });
  });

  it('runs a task that takes no payload, on the default queue', async () => {
    const app = await start();
    const job = await app.get(SignupService).emails.tidy.delay();
    expect(job.queue).toBe('default');
    await expect(job.result()).resolves.toBe('tidied');
  });

  it('enqueues by name, one or many', async () => {
    const app = await start();
    const { notifications } = app.get(SignupService);
    const one = await notifications.enqueue('send-email', { to: 'a' });
    const many = await notifications.enqueueMany([
      { name: 'send-email', payload: { to: 'b' } },
      { name: 'send-email', payload: { to: 'c' } },
    ]);
    await Promise.all([one, ...many].map((job) => job.result()));
    expect(app.get(Mailer).sent.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('enqueues by method or name through the manager, and finds the job by its bare id', async () => {
    const app = await start();
    const manager = app.get(TaskManager);
    const job = await manager.enqueue('send-email', { to: 'a' });
    expect(job.queue).toBe('notifications');
    await job.result();
    const found = await manager.get(job.id);
    expect(found?.status).toBe('completed');
  });

  it('keeps what a handler says of its progress', async () => {
    const app = await start();
    const job = await app.get(SignupService).emails.send.delay({ to: 'ada' });
    await job.result();
    const seen = await job.refresh();
    expect(seen.progress).toMatchObject({ current: 1, total: 1, message: 'to ada' });
  });

  it('leaves the decorated method a plain method', async () => {
    const app = await start();
    await expect(
      app.get(EmailTasks).send({ to: 'direct' }, { progress: async () => {} } as unknown as TaskContext),
    ).resolves.toMatchObject({ id: 'mail-1' });
  });

  it('throws at the first access to a method that is no task', async () => {
    const app = await start();
    const { emails } = app.get(SignupService);
    expect(() => emails.render).toThrow(TaskNotFoundError);
  });

  it('makes a dead letter of a job whose task nobody here knows', async () => {
    const app = await start();
    const failed = nextEvent(app, 'failed');
    await queueOf(app).enqueue('no-such-task');
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_NOT_FOUND' } });
  });
});
