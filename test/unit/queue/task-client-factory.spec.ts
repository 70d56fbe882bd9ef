import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resolveOptions, resolveTaskOptions } from '../../../lib/config/index.js';
import { Task } from '../../../lib/decorators/index.js';
import { EmailTasks } from './email-tasks.js';
import { QueueStage } from './queue-stage.js';

const open = async () => {
  const stage = await QueueStage.open();
  return { stage, emails: stage.side.clients.create<EmailTasks>(EmailTasks) };
};

/** What JavaScript, or a library, may ask a client for. */
const member = (client: object, key: string | symbol): unknown => Reflect.get(client, key);

describe('a task client', () => {
  it('enqueues a call on the queue of the task', async () => {
    const { emails } = await open();
    const job = await emails.send.delay({ to: 'ada' }, { delay: '1h' });
    expect(job).toMatchObject({
      name: 'send-email',
      queue: 'urgent',
      priority: 7,
      payload: { to: 'ada' },
      status: 'scheduled',
    });
  });

  it('enqueues a call without a payload', async () => {
    const { emails } = await open();
    expect(await emails.digest.delay()).toMatchObject({
      name: 'digest',
      queue: 'default',
      payload: undefined,
    });
  });

  it('enqueues a call on a queue of choice', async () => {
    const { stage, emails } = await open();
    const bulk = stage.side.queues.get('bulk');
    expect(await emails.send.applyAsync(bulk, { to: 'ada' }, { priority: 1 })).toMatchObject({
      queue: 'bulk',
      priority: 1,
    });
  });

  it.each(['bulk', undefined, {}])('refuses %j as a queue of choice, and says what is one', async (queue) => {
    const { emails } = await open();
    await expect(emails.send.applyAsync(queue as never, { to: 'ada' })).rejects.toMatchObject({
      code: 'TASKS_INVALID_OPTION',
      message: expect.stringContaining('TaskManager.enqueue'),
    });
  });

  it('makes a call as plain data', async () => {
    const { emails } = await open();
    expect(emails.send.signature({ to: 'ada' }, { priority: 1 })).toStrictEqual({
      name: 'send-email',
      queue: 'urgent',
      payload: { to: 'ada' },
      options: { priority: 1 },
    });
    expect(emails.digest.signature()).toStrictEqual({
      name: 'digest',
      queue: 'default',
      payload: undefined,
      options: {},
    });
  });

  it('gives the same handle each time', async () => {
    const { emails } = await open();
    expect(emails.send).toBe(emails.send);
    expect(emails.send.name).toBe('send-email');
  });

  it('can be made before the task is registered, and follows what is registered then', async () => {
    const { stage, emails } = await open();
    const { send } = emails;
    const options = resolveTaskOptions({ name: 'send-email', queue: 'bulk' }, 'send', resolveOptions());
    stage.side.catalogue.define({ ...options, method: 'send', classes: [EmailTasks] });
    expect(await send.delay({ to: 'ada' })).toMatchObject({ queue: 'bulk', priority: 5 });
  });

  it('knows tasks that its class inherits', async () => {
    const { stage } = await open();
    class MoreTasks extends EmailTasks {
      @Task('again')
      again(): void {}
    }
    const client = stage.side.clients.create(MoreTasks);
    expect(client.send.name).toBe('send-email');
    expect(client.again.name).toBe('again');
  });

  it('makes its tasks known by name before one is used: their options and schemas hold', async () => {
    const { stage } = await open();
    class Base {
      @Task({ name: 'reset', priority: 9, schema: z.object({ to: z.email() }) })
      reset(_payload: { to: string }): void {}
    }
    class Resets extends Base {}
    stage.side.clients.create(Resets);
    const queue = stage.side.queues.get('bulk');
    expect(await queue.enqueue('reset', { to: 'ada@example.com' })).toMatchObject({ priority: 9 });
    await expect(queue.enqueue('reset', { to: 'nobody' })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [{ path: 'to' }],
    });
  });

  it('leaves to its provider which task a method is: an override may have another name', async () => {
    const { stage } = await open();
    class Base {
      @Task('base')
      run(): void {}
    }
    const client = stage.side.clients.create(Base);
    const options = resolveTaskOptions('derived', 'run', resolveOptions());
    stage.side.catalogue.define({ ...options, method: 'run', classes: [Base] });
    expect(client.run.name).toBe('derived');
  });

  it('can be made of a class with a task whose options are wrong, and tells so when that is used', async () => {
    const { stage } = await open();
    class Odd {
      @Task({ maxRetries: -1 })
      wrong(): void {}
      @Task()
      right(): void {}
    }
    const client = stage.side.clients.create(Odd);
    expect(client.right.name).toBe('right');
    expect(() => client.wrong).toThrow(expect.objectContaining({ code: 'TASKS_INVALID_OPTION' }));
  });

  it('refuses a method that is no task, at first access', async () => {
    const { emails } = await open();
    expect(() => emails.helper).toThrow(
      expect.objectContaining({
        code: 'TASKS_NOT_FOUND',
        message: expect.stringContaining('EmailTasks.helper'),
      }),
    );
  });

  it('rejects, and does not throw, when its queue is not declared', async () => {
    const { stage, emails } = await open();
    const options = resolveTaskOptions({ name: 'send-email', queue: 'nowhere' }, 'send', resolveOptions());
    stage.side.catalogue.define({ ...options, method: 'send', classes: [EmailTasks] });
    await expect(emails.send.delay({ to: 'ada' })).rejects.toMatchObject({ code: 'TASKS_UNKNOWN_QUEUE' });
  });
});

describe('what makes task clients', () => {
  it.each([undefined, null, 5, 'EmailTasks'])('refuses %o, which is no class', async (given) => {
    const { stage } = await open();
    expect(() => stage.side.clients.create(given as never)).toThrow(
      expect.objectContaining({ code: 'TASKS_REGISTRATION' }),
    );
  });
});

describe('a task client as an object', () => {
  it.each([
    'then',
    'toJSON',
    'constructor',
    'onModuleInit',
    'onApplicationBootstrap',
    'onModuleDestroy',
    'beforeApplicationShutdown',
    'onApplicationShutdown',
    'asymmetricMatch',
    Symbol.iterator,
    Symbol.toStringTag,
    Symbol('own'),
  ])('answers undefined to whoever looks for %s', async (key) => {
    const { emails } = await open();
    expect(member(emails, key)).toBeUndefined();
  });

  it('can be awaited', async () => {
    const { emails } = await open();
    expect((await Promise.resolve(emails)) === emails).toBe(true);
  });

  it('can be inspected and written as JSON', async () => {
    const { emails } = await open();
    expect(inspect(emails)).toBe('{}');
    expect(JSON.stringify({ emails })).toBe('{"emails":{}}');
  });

  it('has the methods that every object has', async () => {
    const { emails } = await open();
    expect(Object.hasOwn(emails, 'send')).toBe(false);
    expect(typeof member(emails, 'hasOwnProperty')).toBe('function');
  });
});
