import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { PayloadCodec, TaskSchema } from '../../../lib/contract/index.js';
import { TaskValidationError } from '../../../lib/errors/index.js';
import { JobTemplate } from '../../../lib/queue/index.js';
import { QueueStage, type StageOptions } from './queue-stage.js';
import { Task } from '../../../lib/decorators/index.js';

const Email = z.object({ to: z.email(), copies: z.coerce.number<string>().default(1) });
const Slow = Email.refine(() => Promise.resolve(true));
const good = { to: 'ada@example.com' };
const bad = { to: 'nobody' } as never;
const REFUSED = { code: 'TASKS_VALIDATION', issues: [{ path: 'to' }] };

class EmailTasks {
  @Task({ name: 'send', schema: Email })
  send(_email: { to: string }): void {}
}

async function open(schema: TaskSchema = Email, options: StageOptions = {}) {
  const stage = await QueueStage.open(options);
  stage.define({ name: 'send', schema, idempotencyKey: (email: { to: string }) => email.to.toUpperCase() });
  const enqueue = vi.spyOn(stage.backend.queue, 'enqueue');
  return { stage, queue: stage.queue, enqueue };
}

/** Every way in. */
const ways: Record<string, (stage: QueueStage, payload: never) => Promise<unknown>> = {
  'TaskQueue.enqueue': ({ queue }, payload) => queue.enqueue('send', payload),
  'TaskQueue.enqueue with a dependency': ({ queue }, payload) =>
    queue.enqueue('send', payload, { dependsOn: 'other' }),
  'TaskQueue.enqueueMany': ({ queue }, payload) =>
    queue.enqueueMany([{ name: 'other' }, { name: 'send', payload }]),
  'TaskClient.delay': ({ side }, payload) => side.clients.create(EmailTasks).send.delay(payload),
  'TaskClient.applyAsync': ({ side, queue }, payload) =>
    side.clients.create(EmailTasks).send.applyAsync(queue, payload),
  'TaskClient.signature': ({ side }, payload) =>
    side.manager.enqueue(side.clients.create(EmailTasks).send.signature(payload)),
  'TaskManager.enqueue by method': ({ side }, payload) =>
    side.manager.enqueue(EmailTasks.prototype.send, payload),
  'TaskManager.enqueue by name': ({ side }, payload) => side.manager.enqueue('send', payload),
  'TaskManager.enqueue of a JobTemplate': ({ side }, payload) =>
    side.manager.enqueue(new JobTemplate('send', payload)),
  'a job of a JobTemplate': ({ queue }, payload) =>
    queue.enqueueMany([new JobTemplate('send', payload).create()]),
};

describe.each([
  ['synchronous', Email],
  ['asynchronous', Slow],
])('A payload that breaks a %s schema', (_, schema) => {
  it.each(Object.entries(ways))('is refused by %s, and nothing is sent', async (_way, enqueueBy) => {
    const { stage, enqueue } = await open(schema);
    await expect(enqueueBy(stage, bad)).rejects.toMatchObject(REFUSED);
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('is refused for that, rather than because its key cannot be made', async () => {
    const { queue } = await open(schema);
    await expect(queue.enqueue('send', {})).rejects.toMatchObject(REFUSED);
  });

  it('is one of the problems that enqueueMany lists, each by its place', async () => {
    const { queue, enqueue } = await open(schema);
    const requests = [
      { name: 'send', payload: bad },
      { name: '{x}' },
      { name: 'send', payload: good },
      { name: 'send', payload: bad },
    ];
    await expect(queue.enqueueMany(requests)).rejects.toMatchObject({
      message: expect.stringContaining('3 of 4 requests'),
      issues: [{ path: '0' }, { path: '1' }, { path: '3' }],
    });
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('is refused as the correction of a dead letter, which stays as it was', async () => {
    const { stage } = await open(schema);
    const job = await stage.queue.enqueue('send', good);
    await stage.fail();
    await expect(stage.side.deadLetters.retry(job.id, { payload: bad })).rejects.toMatchObject(REFUSED);
    expect(await stage.side.deadLetters.count()).toBe(1);
    const retried = await stage.side.deadLetters.retry(job.id, { payload: { to: 'bob@example.com' } });
    expect(retried?.payload).toEqual({ to: 'bob@example.com' });
  });
});

describe('What is stored', () => {
  it.each([Email, Slow])('is what the schema takes, not what it gives', async (schema) => {
    const { stage, queue } = await open(schema);
    await queue.enqueue('send', { ...good, copies: '2' });
    await queue.enqueueMany([{ name: 'send', payload: { to: 'bob@example.com' } }]);
    expect((await stage.claim()).payload).toBe('{"to":"ada@example.com","copies":"2"}');
    expect((await stage.claim()).payload).toBe('{"to":"bob@example.com"}');
  });

  it('is the payload of the moment of the call, whatever becomes of it while it is checked', async () => {
    const { stage, queue } = await open(Slow);
    const payload = { to: 'ada@example.com' };
    const enqueued = queue.enqueue('send', payload);
    payload.to = 'nobody';
    await enqueued;
    expect(await stage.claim()).toMatchObject({ payload: '{"to":"ada@example.com"}' });
    await expect(queue.enqueue('send', { to: 'ada@example.com' })).resolves.toMatchObject({
      isRunning: true,
    });
  });
});

describe('A schema at enqueue', () => {
  it('is applied to what the codec carries: what passes here fits where it runs', async () => {
    const { queue } = await open(z.object({ to: z.string(), at: z.date() }));
    await expect(queue.enqueue('send', { to: 'ada', at: new Date() })).rejects.toMatchObject({
      issues: [{ path: 'at', message: expect.stringContaining('string') }],
    });
  });

  it('sees a Date where the codec carries one', async () => {
    const dates: PayloadCodec = {
      name: 'dates',
      encode: (value) => {
        const { to, at } = value as { to: string; at: Date };
        return `${to} ${at.getTime()}`;
      },
      decode: (text) => ({
        to: String(text).split(' ')[0],
        at: new Date(Number(String(text).split(' ')[1])),
      }),
    };
    const { queue } = await open(z.object({ to: z.string(), at: z.date() }), { codec: dates });
    await expect(queue.enqueue('send', { to: 'ada', at: new Date(5) })).resolves.toMatchObject({
      name: 'send',
    });
  });

  it('that throws refuses the call with its cause', async () => {
    const boom = new Error('no database');
    const { queue, enqueue } = await open({
      '~standard': { version: 1, vendor: 'own', validate: () => Promise.reject(boom) },
    });
    await expect(queue.enqueue('send', good)).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      cause: boom,
    });
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('that takes long holds up nobody but its own call, whose delay counts from when it was made', async () => {
    let release = (): void => undefined;
    const checked = new Promise<boolean>((resolve) => (release = () => resolve(true)));
    const { stage, queue } = await open(z.unknown().refine(() => checked));
    const slow = queue.enqueue('send', good, { delay: '10s' });
    await queue.enqueue('other');
    expect(await queue.count()).toBe(1);
    await stage.clock.advance(4_000);
    release();
    const job = await slow;
    expect(job.scheduledAt?.getTime()).toBe(stage.clock.now() + 6_000);
  });

  it('that is synchronous keeps the calls of one tick together and in order', async () => {
    const { queue, enqueue } = await open();
    await Promise.all([queue.enqueue('send', good), queue.enqueue('other')]);
    expect(enqueue).toHaveBeenCalledTimes(1);
    expect(enqueue.mock.lastCall?.[0].map(({ name }) => name)).toEqual(['send', 'other']);
  });

  it('is not known for a task of another process: its worker applies it', async () => {
    const { queue } = await QueueStage.open();
    await expect(queue.enqueue('elsewhere', bad)).resolves.toMatchObject({ name: 'elsewhere' });
  });

  it.each([[{ parse: () => 1 }], ['text'], [null], [class Dto {}], [{ '~standard': {} }]])(
    'is refused where it is none: %o',
    async (schema) => {
      const stage = await QueueStage.open();
      expect(() => stage.define({ name: 'x', schema: schema as never })).toThrow(
        /run\.schema: must be a Standard Schema/,
      );
    },
  );
});

it('a refusal is a TaskValidationError', async () => {
  const { queue } = await open();
  await expect(queue.enqueue('send', bad)).rejects.toBeInstanceOf(TaskValidationError);
});
