import { TaskEvents, TaskManager } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../unit/rejection.js';
import { settle } from '../gate.js';
import { startShop } from './start-shop.js';

const NOTHING = { completed: 0, retrying: 0, failed: 0, cancelled: 0 };

describe('drain()', () => {
  it('runs what was enqueued, which nothing has run before', async () => {
    const { tasks, shop, diary } = await startShop();
    const job = await shop.mails.send.delay({ to: 'ada' });
    await settle();
    expect(diary.lines).toEqual([]);
    expect(await tasks.drain()).toEqual({ ...NOTHING, completed: 1 });
    expect(diary.lines).toEqual(['mail ada']);
    await expect(job.result()).resolves.toBe('sent to ada');
  });

  it('runs what handlers enqueue, waited for or not', async () => {
    const { tasks, shop, diary } = await startShop();
    await shop.orders.confirm.delay('ada');
    expect(await tasks.drain()).toEqual({ ...NOTHING, completed: 2 });
    expect(diary.lines).toEqual(['confirmed ada', 'mail ada']);
  });

  it('leaves what is due later', async () => {
    const { tasks, shop, diary } = await startShop();
    const job = await shop.mails.send.delay({ to: 'ada' }, { delay: '1ms' });
    expect(await tasks.drain()).toEqual(NOTHING);
    expect((await job.refresh()).status).toBe('scheduled');
    expect(diary.lines).toEqual([]);
  });

  it('looks at urgent work first, and at bulk work last', async () => {
    const { app, tasks, shop, diary } = await startShop();
    await app.get(TaskManager).enqueue('send', { to: 'later' }, { queue: 'bulk' });
    await shop.mails.send.delay({ to: 'ada' });
    await shop.orders.charge.delay({ id: '7' });
    await tasks.drain();
    expect(diary.lines).toEqual(['charge 7', 'mail ada', 'mail later']);
  });

  it('says what failed and is to be tried again', async () => {
    const { tasks, shop, diary } = await startShop();
    diary.troubles.push(new Error('card refused'));
    await shop.orders.charge.delay({ id: '7' });
    expect(await tasks.drain()).toEqual({ ...NOTHING, retrying: 1 });
  });

  it('announces what it runs as workers do', async () => {
    const { app, tasks, shop } = await startShop();
    const events: string[] = [];
    for (const type of ['queued', 'started', 'completed'] as const) {
      app.get(TaskEvents).on(type, () => events.push(type));
    }
    await shop.mails.send.delay({ to: 'ada' });
    await tasks.drain();
    expect(events).toEqual(['queued', 'started', 'completed']);
  });

  it('fails with the name of a handler that does not end, in time for the test to say so', async () => {
    const { tasks, shop } = await startShop();
    const job = await shop.orders.hang.delay();
    const error = await rejection(tasks.drain({ timeout: 20 }));
    expect(error.name).toBe('AssertionError');
    expect(error.message).toContain(`hang (${job.id})`);
  });

  it('tells a running handler of a cancel', async () => {
    const { tasks, shop } = await startShop();
    const job = await shop.orders.hang.delay();
    const draining = tasks.drain();
    await settle();
    await job.cancel('no longer wanted');
    expect(await draining).toEqual({ ...NOTHING, cancelled: 1 });
  });

  it('goes on with a timeout when the clock is moved beside it', async () => {
    const { tasks, shop } = await startShop();
    await shop.orders.hang.delay(undefined, { maxRetries: 0 });
    const draining = tasks.drain();
    await tasks.clock.advance(30_000);
    expect(await draining).toEqual({ ...NOTHING, failed: 1 });
  });
});

describe('drain() and advance()', () => {
  it('refuse a key that does not exist, which would leave the timeout as it is', async () => {
    const { tasks } = await startShop();
    const mistyped = { timeuot: 20 } as never;
    for (const run of [() => tasks.drain(mistyped), () => tasks.advance('1s', mistyped)]) {
      expect(await rejection(run())).toMatchObject({
        code: 'TASKS_INVALID_OPTION',
        message: expect.stringContaining('Did you mean "timeout"?') as string,
      });
    }
  });
});

describe('advance()', () => {
  it('runs what comes due on the way, at its moment', async () => {
    const { tasks, shop } = await startShop({ clock: new ManualClock(0) });
    const job = await shop.mails.send.delay({ to: 'ada' }, { delay: '1h' });
    expect(await tasks.advance('59m')).toEqual(NOTHING);
    expect(await tasks.advance('2m')).toEqual({ ...NOTHING, completed: 1 });
    expect(await job.refresh()).toMatchObject({ status: 'completed', completedAt: new Date(3_600_000) });
    expect(tasks.clock.now()).toBe(61 * 60_000);
  });

  it('runs what is due already', async () => {
    const { tasks, shop, diary } = await startShop();
    await shop.mails.send.delay({ to: 'ada' });
    await tasks.advance(0);
    expect(diary.lines).toEqual(['mail ada']);
  });

  it('runs retries as their backoff has them', async () => {
    const { tasks, shop, diary } = await startShop();
    diary.troubles.push(new Error('first'), new Error('second'));
    const job = await shop.orders.charge.delay({ id: '7' });
    expect(await tasks.advance('15s')).toEqual({ ...NOTHING, retrying: 2 });
    expect(await tasks.advance('5s')).toEqual({ ...NOTHING, completed: 1 });
    await expect(job.result()).resolves.toBe('7 at attempt 3');
  });

  it('makes a dead letter of what fails to the end', async () => {
    const { tasks, shop, diary } = await startShop();
    diary.troubles.push(new Error('1'), new Error('2'), new Error('3'));
    const job = await shop.orders.charge.delay({ id: '7' });
    expect(await tasks.advance('1h')).toEqual({ ...NOTHING, retrying: 2, failed: 1 });
    await expect(job.result()).rejects.toMatchObject({ code: 'TASKS_EXECUTION' });
  });

  it('takes a year in no time', async () => {
    const { tasks, shop, diary } = await startShop();
    await shop.mails.send.delay({ to: 'ada' }, { delay: '360 days' });
    await tasks.advance('1 year');
    expect(diary.lines).toEqual(['mail ada']);
  });

  it('refuses what is no duration', async () => {
    const { tasks } = await startShop();
    await expect(tasks.advance('soon')).rejects.toMatchObject({ code: 'TASKS_INVALID_DURATION' });
  });
});
