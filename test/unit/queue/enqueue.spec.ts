import { describe, expect, it, vi } from 'vitest';
import type { NewJob } from '../../../lib/contract/index.js';
import { JobSnapshot } from '../../../lib/queue/index.js';
import { QueueStage } from './queue-stage.js';

const MOMENT = Date.UTC(2026, 0, 1);

/** What the backend was handed by the latest call. */
const sent = async (stage: QueueStage, call: () => Promise<unknown>): Promise<NewJob> => {
  const enqueue = vi.spyOn(stage.backend.queue, 'enqueue');
  await call();
  return enqueue.mock.lastCall?.[0].at(-1) as NewJob;
};

describe('TaskQueue.enqueue', () => {
  it('gives the handle of a pending job', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('send-email', { to: 'ada' });
    expect(job).toBeInstanceOf(JobSnapshot);
    expect(job).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/u),
      name: 'send-email',
      queue: 'default',
      payload: { to: 'ada' },
      status: 'pending',
      priority: 5,
      maxRetries: 3,
      attempt: 0,
      createdAt: new Date(MOMENT),
    });
  });

  it('stores the job before it resolves', async () => {
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('send-email', { to: 'ada' });
    const stored = await queue.get(id);
    expect(stored).toMatchObject({ id, name: 'send-email', payload: { to: 'ada' }, status: 'pending' });
  });

  it('shares no object with the caller', async () => {
    const { queue } = await QueueStage.open();
    const payload = { to: 'ada', tags: ['a'] };
    const enqueued = queue.enqueue('send-email', payload);
    payload.tags.push('b');
    const job = await enqueued;
    expect(job.payload).toEqual({ to: 'ada', tags: ['a'] });
    expect(job.payload).not.toBe(job.payload);
  });

  it('takes a call without a payload', async () => {
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('tick');
    expect((await queue.get(id))?.payload).toBeUndefined();
  });

  it('hands the backend a job of one fixed shape, whatever the call says', async () => {
    const stage = await QueueStage.open();
    const plain = await sent(stage, () => stage.queue.enqueue('a'));
    const full = await sent(stage, () =>
      stage.queue.enqueue('b', 1, {
        id: 'x',
        priority: 1,
        delay: 5,
        maxRetries: 0,
        timeout: 9,
        idempotencyKey: 'k',
      }),
    );
    expect(Object.keys(full)).toEqual(Object.keys(plain));
  });

  it('hands every option to the backend', async () => {
    const stage = await QueueStage.open();
    const job = await sent(stage, () =>
      stage.queue.enqueue('send-email', 1, {
        id: 'order:42',
        priority: 20,
        delay: '1h',
        maxRetries: 7,
        timeout: '10s',
        idempotencyKey: 'ada@example.com',
      }),
    );
    expect(job).toMatchObject({
      id: 'order:42',
      repeat: true,
      priority: 20,
      delay: 3_600_000,
      maxRetries: 7,
      timeout: 10_000,
      idempotency: { key: 'ada@example.com', ttl: 86_400_000 },
    });
  });

  it('makes ids that ascend', async () => {
    const { queue } = await QueueStage.open();
    const jobs = await Promise.all(Array.from({ length: 100 }, () => queue.enqueue('tick')));
    const ids = jobs.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(100);
  });

  it('takes options that are undefined for not given', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('tick', 1, { id: undefined, delay: undefined, dependsOn: undefined });
    expect(job.status).toBe('pending');
  });
});

describe('the moment of a job', () => {
  it.each([
    ['a number of milliseconds', { delay: 1_500 }, 1_500],
    ['a duration', { delay: '2s' }, 2_000],
    ['a date as delay', { delay: new Date(MOMENT + 4_000) }, 4_000],
    ['a moment', { scheduleAt: new Date(MOMENT + 5_000) }, 5_000],
  ])('is due later with %s', async (_form, options, delay) => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('tick', undefined, options);
    expect(job.status).toBe('scheduled');
    expect(job.scheduledAt).toEqual(new Date(MOMENT + delay));
    expect(await queue.count('scheduled')).toBe(1);
  });

  it.each([
    ['no delay', { delay: 0 }],
    ['a moment that has passed', { scheduleAt: new Date(MOMENT - 60_000) }],
    ['a date that has passed as delay', { delay: new Date(0) }],
  ])('is now with %s', async (_form, options) => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('tick', undefined, options);
    expect(job.status).toBe('pending');
    expect(job.scheduledAt).toBeUndefined();
  });
});

describe('defaults of a call', () => {
  it('come from the task, then from the module', async () => {
    const stage = await QueueStage.open({ retry: { maxRetries: 9 } });
    stage.define({ name: 'report', priority: 2, maxRetries: 1, timeout: '7s', delay: '1m' });
    const known = await sent(stage, () => stage.queue.enqueue('report'));
    expect(known).toMatchObject({ priority: 2, maxRetries: 1, timeout: 7_000, delay: 60_000 });
    const unknown = await sent(stage, () => stage.queue.enqueue('elsewhere'));
    expect(unknown).toMatchObject({ priority: 5, maxRetries: 9, timeout: undefined, delay: undefined });
  });

  it('give way to the options of the call', async () => {
    const stage = await QueueStage.open();
    stage.define({
      name: 'report',
      priority: 2,
      maxRetries: 1,
      timeout: '7s',
      delay: '1m',
      idempotencyKey: 'k',
    });
    const job = await sent(stage, () =>
      stage.queue.enqueue('report', 1, {
        priority: 3,
        maxRetries: 0,
        timeout: 5,
        delay: 0,
        idempotencyKey: 'own',
      }),
    );
    expect(job).toMatchObject({
      priority: 3,
      maxRetries: 0,
      timeout: 5,
      delay: undefined,
      idempotency: { key: 'own' },
    });
  });

  it('have a moment of the task', async () => {
    const stage = await QueueStage.open();
    stage.define({ name: 'gala', scheduleAt: new Date(MOMENT + 9_000) });
    expect(await sent(stage, () => stage.queue.enqueue('gala'))).toMatchObject({
      dueAt: MOMENT + 9_000,
      delay: undefined,
    });
    expect(await sent(stage, () => stage.queue.enqueue('gala', 1, { delay: 5 }))).toMatchObject({
      delay: 5,
      dueAt: undefined,
    });
  });

  it('make the idempotency key of the payload', async () => {
    const stage = await QueueStage.open();
    stage.define({ name: 'charge', idempotencyKey: (payload: { order?: string }) => payload.order });
    const keyed = await sent(stage, () => stage.queue.enqueue('charge', { order: 'o-1' }));
    expect(keyed.idempotency).toEqual({ key: 'o-1', ttl: 86_400_000 });
    const free = await sent(stage, () => stage.queue.enqueue('charge', {}));
    expect(free.idempotency).toBeUndefined();
  });

  it('cap the timeout of a call', async () => {
    const stage = await QueueStage.open({ timeout: { max: '1m' } });
    expect((await sent(stage, () => stage.queue.enqueue('t', 1, { timeout: '1h' }))).timeout).toBe(60_000);
  });
});

describe('a call that means a job which is there', () => {
  it('gets the job that has its id', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('send-email', 'first', { id: 'mail-1', priority: 9 });
    const job = await queue.enqueue('send-email', 'second', { id: 'mail-1' });
    expect(job).toMatchObject({ id: 'mail-1', payload: 'first', priority: 9 });
    expect(await queue.count()).toBe(1);
  });

  it('gets the job that has its idempotency key', async () => {
    const { queue } = await QueueStage.open();
    const first = await queue.enqueue('send-email', 'first', { idempotencyKey: 'k' });
    const second = await queue.enqueue('send-email', 'second', { idempotencyKey: 'k' });
    expect(second.id).toBe(first.id);
    expect(second.payload).toBe('first');
  });

  it('sees it as it is now', async () => {
    const stage = await QueueStage.open();
    await stage.queue.enqueue('send-email', 1, { id: 'mail-1' });
    await stage.run({ kind: 'completed', result: '"sent"' });
    const job = await stage.queue.enqueue('send-email', 1, { id: 'mail-1' });
    expect(job).toMatchObject({ status: 'completed', resultValue: 'sent', attempt: 1 });
  });

  it('gets a finished one whose record is no longer kept', async () => {
    const stage = await QueueStage.open({ retention: { completedTtl: 1_000 } });
    const first = await stage.queue.enqueue('charge', 1, { idempotencyKey: 'order-1' });
    await stage.run({ kind: 'completed', result: '"paid"' });
    await stage.clock.advance(2_000);
    const again = await stage.queue.enqueue('charge', 1, { idempotencyKey: 'order-1' });
    expect(again).toMatchObject({ id: first.id, status: 'completed', resultValue: undefined });
    expect(await stage.queue.count('pending')).toBe(0);
    await expect(again.result()).rejects.toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
  });

  it('asks for all that it found within one tick at once', async () => {
    const stage = await QueueStage.open();
    const ids = ['a', 'b', 'c'];
    await Promise.all(ids.map((id) => stage.queue.enqueue('t', 1, { id })));
    const get = vi.spyOn(stage.backend.queue, 'get');
    const jobs = await Promise.all(ids.map((id) => stage.queue.enqueue('t', 2, { id })));
    expect(jobs.map(({ payload }) => payload)).toEqual([1, 1, 1]);
    expect(get).toHaveBeenCalledTimes(1);
  });
});

describe('the event of an enqueue', () => {
  it('is told once for each new job', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('send-email', 1, { id: 'mail-1' });
    await stage.queue.enqueue('send-email', 1, { id: 'mail-1' });
    expect(stage.events).toEqual([
      { type: 'queued', taskId: id, taskName: 'send-email', queueName: 'default' },
    ]);
  });

  it('is not made when nobody listens', async () => {
    const stage = await QueueStage.open({ deaf: ['queued'] });
    await stage.queue.enqueue('send-email');
    expect(stage.events).toEqual([]);
  });
});
