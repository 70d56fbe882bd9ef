import { AssertionError } from 'node:assert';
import { Priority, TaskManager } from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { MailTasks, OrderTasks } from './shop.js';
import { startShop } from './start-shop.js';

/** What the assertion says. */
function failure(assertion: () => unknown): AssertionError {
  try {
    assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  throw new Error('The assertion holds.');
}

describe('expectEnqueued()', () => {
  it('holds for what was enqueued, and gives the job', async () => {
    const { tasks, shop } = await startShop();
    const job = await shop.mails.send.delay({ to: 'ada' }, { delay: '1h', priority: Priority.HIGH });
    expect(tasks.expectEnqueued(MailTasks, 'send', { to: 'ada' })).toEqual({
      id: job.id,
      name: 'send',
      queue: 'default',
      payload: { to: 'ada' },
      priority: Priority.HIGH,
      maxRetries: 3,
      delay: 3_600_000,
      runAt: new Date(tasks.clock.now() + 3_600_000),
      dependsOn: [],
      headers: {},
    });
  });

  it('holds whatever has become of the job', async () => {
    const { tasks, shop } = await startShop();
    const job = await shop.mails.send.delay({ to: 'ada' });
    await tasks.drain();
    await shop.queue.delete(job.id);
    expect(tasks.expectEnqueued(MailTasks, 'send', { to: 'ada' }).id).toBe(job.id);
  });

  it('compares payloads as the codec carries them', async () => {
    const { tasks, shop } = await startShop();
    const at = new Date(0);
    await shop.mails.send.delay({ to: 'ada', at });
    tasks.expectEnqueued(MailTasks, 'send', { to: 'ada', at });
    expect(tasks.enqueued(MailTasks, 'send')[0]?.payload.at).toBe('1970-01-01T00:00:00.000Z');
  });

  it('takes any payload when none is given, and a function that says which', async () => {
    const { tasks, shop } = await startShop();
    for (const to of ['ada', 'bob']) await shop.mails.send.delay({ to });
    expect(tasks.expectEnqueued(MailTasks, 'send').payload.to).toBe('ada');
    expect(tasks.expectEnqueued(MailTasks, 'send', ({ to }) => to.startsWith('b')).payload.to).toBe('bob');
  });

  it('knows tasks by their names, those of other apps too', async () => {
    const { app, tasks } = await startShop();
    await app.get(TaskManager).enqueue('of-another-app', { id: 7 });
    expect(tasks.expectEnqueued('of-another-app', { id: 7 }).queue).toBe('default');
  });

  it('fails with what was enqueued instead', async () => {
    const { tasks, shop } = await startShop();
    await shop.mails.send.delay({ to: 'bob' });
    const error = failure(() => tasks.expectEnqueued(MailTasks, 'send', { to: 'ada' }));
    expect(error.message).toBe(
      'No job of task send with the payload {"to":"ada"} was enqueued. Enqueued were:\n  send {"to":"bob"} on default',
    );
    expect(error).toMatchObject({ expected: { to: 'ada' }, actual: [{ to: 'bob' }] });
  });

  it('fails when nothing was enqueued, and says so', async () => {
    const { tasks } = await startShop();
    const error = failure(() => tasks.expectEnqueued(OrderTasks, 'confirm'));
    expect(error.message).toBe('No job of task confirm was enqueued. Nothing was.');
  });

  it('refuses a method that is no task', async () => {
    const { tasks } = await startShop();
    expect(() => tasks.expectEnqueued(MailTasks, 'notATask')).toThrow(
      expect.objectContaining({ code: 'TASKS_NOT_FOUND' }),
    );
  });

  it('lists what JSON cannot write as it is', async () => {
    const { tasks } = await startShop();
    expect(failure(() => tasks.expectEnqueued('confirm', { total: 5n })).message).toContain('{ total: 5n }');
  });
});

describe.each(['expectEnqueued', 'expectNotEnqueued'] as const)('%s() of what is not there', (assertion) => {
  it.each([
    [
      'a method that the class does not have',
      [MailTasks, 'sned'],
      '"MailTasks.sned". The class has no such method. Did you mean "send"?',
    ],
    ['a class without its method', [MailTasks], 'MailTasks.undefined'],
  ])('refuses %s, which would never be enqueued', async (_, wanted, named) => {
    const { tasks } = await startShop();
    const assert = tasks[assertion].bind(tasks) as (...args: unknown[]) => void;
    expect(() => assert(...wanted)).toThrow(
      expect.objectContaining({
        code: 'TASKS_NOT_FOUND',
        message: expect.stringContaining(named) as string,
        remedy: expect.stringContaining('Write the name of a method') as string,
      }),
    );
  });

  it('refuses what is no task at all', async () => {
    const { tasks } = await startShop();
    const assert = tasks[assertion].bind(tasks) as (...args: unknown[]) => void;
    expect(() => assert(5)).toThrow(expect.objectContaining({ code: 'TASKS_INVALID_OPTION' }));
  });

  it('takes a name that is nearly that of a task for a typo', async () => {
    const { tasks } = await startShop();
    const error = failure(() => tasks[assertion]('comfirm'));
    expect(error.message).toBe(
      'The app has no task "comfirm". Did you mean "confirm"? Of a task of another process, look at enqueued("comfirm").',
    );
    expect(tasks.enqueued('comfirm')).toEqual([]);
  });
});

describe('expectNotEnqueued()', () => {
  it('holds for another payload, another task, and when there is nothing', async () => {
    const { tasks, shop } = await startShop();
    expect(() => tasks.expectNotEnqueued()).not.toThrow();
    await shop.mails.send.delay({ to: 'bob' });
    expect(() => {
      tasks.expectNotEnqueued(MailTasks, 'send', { to: 'ada' });
      tasks.expectNotEnqueued(OrderTasks, 'confirm');
      tasks.expectNotEnqueued('of-another-app');
    }).not.toThrow();
  });

  it('fails with what it found', async () => {
    const { tasks, shop } = await startShop();
    await shop.mails.send.delay({ to: 'ada' });
    expect(failure(() => tasks.expectNotEnqueued()).message).toBe(
      'A job was enqueued:\n  send {"to":"ada"} on default',
    );
    expect(failure(() => tasks.expectNotEnqueued(MailTasks, 'send', { to: 'ada' })).operator).toBe(
      'expectNotEnqueued',
    );
  });
});

describe('enqueued()', () => {
  it('lists calls in their order: all, of a task, of a name', async () => {
    const { tasks, shop } = await startShop();
    await shop.mails.send.delay({ to: 'ada' });
    await shop.orders.charge.delay({ id: '7' });
    await shop.mails.send.delay({ to: 'bob' });
    expect(tasks.enqueued().map(({ name }) => name)).toEqual(['send', 'charge', 'send']);
    expect(tasks.enqueued(MailTasks, 'send').map(({ payload }) => payload.to)).toEqual(['ada', 'bob']);
    expect(tasks.enqueued('charge')).toHaveLength(1);
  });

  it('does not list a call that found its job there already', async () => {
    const { tasks, shop } = await startShop();
    for (let i = 0; i < 2; i++) await shop.mails.send.delay({ to: 'ada' }, { idempotencyKey: 'welcome' });
    expect(tasks.enqueued()).toHaveLength(1);
  });

  it('begins anew after reset(), with empty queues', async () => {
    const { tasks, shop, diary } = await startShop();
    await shop.mails.send.delay({ to: 'ada' });
    await tasks.reset();
    expect(tasks.enqueued()).toEqual([]);
    await tasks.drain();
    expect(diary.lines).toEqual([]);
    expect(await shop.queue.count()).toBe(0);
  });
});
