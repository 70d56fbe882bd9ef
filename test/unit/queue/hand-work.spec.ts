import { describe, expect, it, vi } from 'vitest';
import { DequeuedJob } from '../../../lib/queue/index.js';
import { LeaseLostError } from '../../../lib/errors/index.js';
import { rejection } from '../rejection.js';
import { QueueStage, type StageOptions } from './queue-stage.js';

/** A stage with a job in hand. */
const inHand = async (options: StageOptions = {}, call: object = {}) => {
  const stage = await QueueStage.open(options);
  await stage.queue.enqueue('send-email', { to: 'ada' }, call);
  const job = (await stage.queue.dequeue()) as DequeuedJob;
  stage.events.length = 0;
  return { stage, queue: stage.queue, job };
};

describe('dequeue', () => {
  it('takes the next job with a lease', async () => {
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('send-email', { to: 'ada' });
    const job = await queue.dequeue();
    expect(job).toBeInstanceOf(DequeuedJob);
    expect(job).toMatchObject({
      id,
      payload: { to: 'ada' },
      status: 'running',
      attempt: 1,
      fence: '1',
      headers: {},
    });
    expect(await queue.get(id)).toMatchObject({ status: 'running', startedAt: expect.any(Date) });
  });

  it('gives nothing when no job can run', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('later', 1, { delay: '1h' });
    expect(await queue.dequeue()).toBeUndefined();
    expect(await queue.dequeue({ max: 5 })).toEqual([]);
  });

  it('takes several, highest priority first', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueueMany([{ name: 'a' }, { name: 'b', priority: 9 }, { name: 'c' }]);
    const jobs = await queue.dequeue({ max: 2 });
    expect(jobs.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('lends each job to one caller', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('only');
    const taken = await Promise.all([queue.dequeue(), queue.dequeue()]);
    expect(taken.filter((job) => job !== undefined)).toHaveLength(1);
  });

  it('lends it for as long as was asked, then to the next', async () => {
    const { stage, queue, job } = await inHand();
    await queue.nack(job);
    const short = await queue.dequeue({ lease: '2s' });
    await stage.clock.advance(2_001);
    const again = await queue.dequeue();
    expect(again?.id).toBe(short?.id);
    expect(Number(again?.fence)).toBeGreaterThan(Number(short?.fence));
  });

  it('tells that it started', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('send-email');
    await stage.queue.dequeue();
    expect(stage.events.at(-1)).toMatchObject({
      type: 'started',
      taskId: id,
      attempt: 1,
      workerId: expect.stringMatching(/^by-hand:/u),
    });
  });

  it.each([
    ['a lease under one second', { lease: 999 }, 'TASKS_INVALID_OPTION'],
    ['a lease that cannot be read', { lease: 'long' }, 'TASKS_INVALID_DURATION'],
    ['no job at all', { max: 0 }, 'TASKS_INVALID_OPTION'],
    ['part of a job', { max: 1.5 }, 'TASKS_INVALID_OPTION'],
    ['too many', { max: 1_001 }, 'TASKS_INVALID_OPTION'],
  ])('refuses %s', async (_what, options, code) => {
    const { queue } = await QueueStage.open();
    await expect(queue.dequeue(options as never)).rejects.toMatchObject({ code });
  });
});

describe('ack', () => {
  it('completes the job with its result', async () => {
    const { stage, queue, job } = await inHand();
    await stage.clock.advance(250);
    await queue.ack(job, { sent: true });
    expect(await queue.get(job.id)).toMatchObject({
      status: 'completed',
      resultValue: { sent: true },
      duration: 250,
    });
    expect(stage.events).toMatchObject([
      { type: 'completed', taskId: job.id, result: { sent: true }, duration: 250 },
    ]);
  });

  it('completes it without a result', async () => {
    const { queue, job } = await inHand();
    await job.ack();
    expect(await queue.get(job.id)).toMatchObject({ status: 'completed', resultValue: undefined });
  });

  it('reaches whoever waits for the result', async () => {
    const { queue, job } = await inHand();
    const result = (await queue.get(job.id))?.result();
    await queue.ack(job, 42);
    await expect(result).resolves.toBe(42);
  });

  it('reaches whoever waits although no finished job is kept', async () => {
    const stage = await QueueStage.open({ retention: { completedMax: 0 } });
    const job = await stage.queue.enqueue('a');
    const result = job.result();
    const held = await stage.queue.dequeue();
    await held?.ack('the value');
    await expect(result).resolves.toBe('the value');
    expect(await stage.queue.get(job.id)).toBeUndefined();
  });

  it('said twice is said once', async () => {
    const { stage, queue, job } = await inHand();
    await queue.ack(job, 1);
    await queue.ack(job, 2);
    expect((await queue.get(job.id))?.resultValue).toBe(1);
    expect(stage.events).toHaveLength(1);
  });

  it('comes too late when the lease is lost', async () => {
    const { stage, queue, job } = await inHand();
    await stage.clock.advance(30_001);
    const other = await queue.dequeue();
    expect(other?.id).toBe(job.id);
    await expect(queue.ack(job, 'late')).rejects.toBeInstanceOf(LeaseLostError);
    await expect(queue.nack(job)).rejects.toBeInstanceOf(LeaseLostError);
    expect((await queue.get(job.id))?.status).toBe('running');
    expect(stage.events.filter(({ type }) => type === 'completed')).toEqual([]);
  });

  it('refuses a result that cannot be carried, and the job stays in hand', async () => {
    const { queue, job } = await inHand({ payload: { maxResultSize: 10 } });
    await expect(queue.ack(job, { at: 1n })).rejects.toMatchObject({ code: 'TASKS_VALIDATION' });
    await expect(queue.ack(job, 'x'.repeat(9))).rejects.toMatchObject({
      code: 'TASKS_PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('result'),
    });
    await queue.ack(job, 'x'.repeat(8));
    expect((await queue.get(job.id))?.status).toBe('completed');
  });
});

describe('nack', () => {
  it('puts the job back as if it had not been taken', async () => {
    const { stage, queue, job } = await inHand();
    await queue.nack(job);
    expect(await queue.get(job.id)).toMatchObject({ status: 'pending', attempt: 0, lastError: undefined });
    expect(stage.events).toEqual([]);
  });

  it('puts it back for later', async () => {
    const { stage, queue, job } = await inHand();
    await queue.nack(job, { delay: '1m' });
    expect((await queue.get(job.id))?.scheduledAt).toEqual(new Date(stage.clock.now() + 60_000));
  });

  it('counts a failed attempt when it is told why', async () => {
    const { stage, queue, job } = await inHand();
    await job.nack({ error: new TypeError('no such user'), delay: 500 });
    expect(await queue.get(job.id)).toMatchObject({
      status: 'retrying',
      attempt: 1,
      lastError: { name: 'TypeError', message: 'no such user' },
    });
    expect(stage.events).toMatchObject([{ type: 'retrying', taskId: job.id, retryIn: 500 }]);
  });

  it('gives the last attempt back, since it is to run again', async () => {
    const { stage, queue, job } = await inHand({}, { maxRetries: 0 });
    await queue.nack(job, { error: new Error('again') });
    await stage.clock.advance(0);
    const again = await queue.dequeue();
    expect(again).toMatchObject({ id: job.id, attempt: 1 });
  });

  it('makes a dead letter instead', async () => {
    const { stage, queue, job } = await inHand();
    await queue.nack(job, { requeue: false, error: new Error('hopeless') });
    expect(await queue.get(job.id)).toMatchObject({ status: 'failed', lastError: { message: 'hopeless' } });
    expect(stage.events).toMatchObject([{ type: 'failed', taskId: job.id, reason: { message: 'hopeless' } }]);
  });

  it('makes a dead letter without an error, and says so', async () => {
    const { queue, job } = await inHand();
    await queue.nack(job, { requeue: false });
    expect((await queue.get(job.id))?.lastError?.message).toContain('by hand');
  });

  it('fails whoever waits when it makes a dead letter', async () => {
    const { queue, job } = await inHand();
    const result = (await queue.get(job.id))?.result();
    const ended = rejection(result);
    await queue.nack(job, { requeue: false, error: new Error('hopeless') });
    expect(await ended).toMatchObject({
      code: 'TASKS_EXECUTION',
      message: expect.stringContaining('hopeless'),
    });
  });

  it('refuses a delay that cannot be read', async () => {
    const { queue, job } = await inHand();
    await expect(queue.nack(job, { delay: -1 })).rejects.toMatchObject({ code: 'TASKS_INVALID_DURATION' });
    expect((await queue.get(job.id))?.status).toBe('running');
  });

  it('lets a cancel that was asked for meanwhile have its way', async () => {
    const { queue, job } = await inHand();
    const waiting = (await queue.get(job.id))?.result();
    const ended = rejection(waiting);
    await queue.cancel(job.id, 'not wanted');
    await queue.nack(job);
    expect(await ended).toMatchObject({ code: 'TASKS_CANCELLED', reason: 'not wanted' });
  });
});

describe('extend', () => {
  it('keeps the job in hand', async () => {
    const { stage, queue, job } = await inHand();
    await stage.clock.advance(20_000);
    expect(await job.extend()).toBe(false);
    await stage.clock.advance(20_000);
    expect(await queue.dequeue()).toBeUndefined();
    await queue.ack(job);
  });

  it('takes a lease of its own', async () => {
    const { stage, queue, job } = await inHand();
    const extend = vi.spyOn(stage.backend.queue, 'extend');
    await job.extend('5m');
    expect(extend.mock.lastCall?.[1]).toBe(300_000);
    await stage.clock.advance(200_000);
    expect(await queue.dequeue()).toBeUndefined();
  });

  it('tells of a cancel that was asked for', async () => {
    const { queue, job } = await inHand();
    await queue.cancel(job.id);
    expect(await job.extend()).toBe(true);
  });

  it('comes too late when the lease is lost', async () => {
    const { stage, queue, job } = await inHand();
    await stage.clock.advance(30_001);
    await queue.dequeue();
    await expect(job.extend()).rejects.toBeInstanceOf(LeaseLostError);
  });
});

describe('a claim by hand', () => {
  it('tells of jobs that ended inside the store', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('stalls', 1, { maxRetries: 9 });
    const result = job.result({ timeout: '10m' });
    const ended = rejection(result);
    for (let loss = 0; loss < 3; loss += 1) {
      await stage.queue.dequeue();
      await stage.clock.advance(120_000);
    }
    await stage.queue.dequeue();
    expect(stage.events).toContainEqual(
      expect.objectContaining({
        type: 'failed',
        taskId: job.id,
        reason: expect.objectContaining({ code: 'TASKS_STALLED' }),
      }),
    );
    expect(await ended).toMatchObject({ code: 'TASKS_EXECUTION' });
  });
});

describe('a cancel that was requested while a job was in hand', () => {
  it('is told when the job is put back, and not that it runs again', async () => {
    const { stage, queue, job } = await inHand();
    await queue.cancel(job.id, 'no need');
    await job.nack({ error: new Error('down') });
    expect(await queue.get(job.id)).toMatchObject({ status: 'cancelled' });
    expect(stage.events).toMatchObject([{ type: 'cancelled', taskId: job.id, reason: 'no need' }]);
  });
});

describe('settling what was not taken from the queue', () => {
  it.each([
    ['ack', 'an id', (id: string) => Promise.resolve(id)],
    ['nack', 'an id', (id: string) => Promise.resolve(id)],
    ['ack', 'a handle of the same job', (id: string, stage: QueueStage) => stage.queue.get(id)],
    ['nack', 'nothing', () => Promise.resolve(undefined)],
  ] as const)('is refused: %s of %s', async (verb, _what, other) => {
    const { stage, queue, job } = await inHand();
    const error = await rejection(queue[verb]((await other(job.id, stage)) as never));
    expect(error).toMatchObject({ code: 'TASKS_VALIDATION', message: expect.stringContaining('dequeue') });
    await queue.ack(job);
    expect((await queue.get(job.id))?.status).toBe('completed');
  });

  it.each(['ack', 'nack'] as const)(
    'is refused: %s of a job of another queue, which stays in hand',
    async (verb) => {
      const { stage, job } = await inHand();
      const error = await rejection(stage.side.queues.get('bulk')[verb](job));
      expect(error).toMatchObject({
        code: 'TASKS_VALIDATION',
        message: expect.stringMatching(/"default".*"bulk"/),
      });
      await job.ack();
      expect((await stage.queue.get(job.id))?.status).toBe('completed');
    },
  );
});

describe('a second word about a job in hand', () => {
  it('is no news when it says the same, as after an answer that was lost', async () => {
    const { queue, job } = await inHand();
    await queue.ack(job);
    await expect(queue.ack(job)).resolves.toBeUndefined();
  });

  it('is refused when it says something else: it was not done', async () => {
    const { queue, job } = await inHand();
    await queue.ack(job);
    expect(await rejection(job.nack())).toBeInstanceOf(LeaseLostError);
    expect(await queue.get(job.id)).toMatchObject({ status: 'completed' });
  });

  it('counts when the first one was refused before it was sent', async () => {
    const { queue, job } = await inHand();
    await rejection(queue.ack(job, 1n));
    await job.nack();
    expect(await queue.get(job.id)).toMatchObject({ status: 'pending', attempt: 0 });
  });
});

describe('what is kept of a nack or a cancel', () => {
  it('refuses notes over the cap of a result, and leaves the job in hand', async () => {
    const { queue, job } = await inHand({ payload: { maxResultSize: 1_000 } });
    const nack = job.nack({ requeue: false, metadata: { why: 'x'.repeat(2_000) } });
    expect(await rejection(nack)).toMatchObject({ code: 'TASKS_PAYLOAD_TOO_LARGE' });
    await queue.ack(job);
    expect(await queue.get(job.id)).toMatchObject({ status: 'completed' });
  });

  it('cuts a reason at 4,096 characters, and refuses one that is no text', async () => {
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('a');
    expect(await rejection(queue.cancel(id, 5 as never))).toMatchObject({ code: 'TASKS_INVALID_OPTION' });
    const job = await queue.enqueue('b');
    await job.cancel('x'.repeat(5_000));
    expect(await rejection(job.result())).toMatchObject({ reason: 'x'.repeat(4_096) });
  });
});
