import { TaskManager } from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { startShop } from './start-shop.js';

describe('inline mode', () => {
  it('has run a job when the call that enqueues it resolves, with its result at hand', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    const job = await shop.mails.send.delay({ to: 'ada' });
    expect(diary.lines).toEqual(['mail ada']);
    expect((await job.refresh()).status).toBe('completed');
    await expect(job.result()).resolves.toBe('sent to ada');
  });

  it('runs what a handler enqueues before the handler goes on', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    await shop.orders.confirm.delay('ada');
    expect(diary.lines).toEqual(['mail ada', 'confirmed ada']);
  });

  it('retries at once, to the end', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    diary.troubles.push(new Error('1'), new Error('2'));
    const good = await shop.orders.charge.delay({ id: '7' });
    await expect(good.result()).resolves.toBe('7 at attempt 3');
    diary.troubles.push(new Error('1'), new Error('2'), new Error('3'));
    const bad = await shop.orders.charge.delay({ id: '8' });
    await expect(bad.result()).rejects.toMatchObject({ code: 'TASKS_EXECUTION' });
  });

  it('leaves to the clock what asks to be run later', async () => {
    const { tasks, shop, diary } = await startShop({ mode: 'inline' });
    await shop.orders.poll.delay();
    expect(diary.lines).toEqual(['poll']);
    await tasks.advance('5m');
    expect(diary.lines).toEqual(['poll', 'poll']);
  });

  it('leaves to the clock what is enqueued for later', async () => {
    const { tasks, shop, diary } = await startShop({ mode: 'inline' });
    const job = await shop.mails.send.delay({ to: 'ada' }, { delay: '1h' });
    expect(diary.lines).toEqual([]);
    expect(await tasks.advance('1h')).toMatchObject({ completed: 1 });
    await expect(job.result()).resolves.toBe('sent to ada');
  });

  it('runs many of one call in their order', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    await shop.queue.enqueueMany(['a', 'b', 'c'].map((to) => ({ name: 'send', payload: { to } })));
    expect(diary.lines).toEqual(['mail a', 'mail b', 'mail c']);
  });

  it('runs calls of the same moment, each before its promise resolves', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    const seen = await Promise.all(
      ['a', 'b', 'c'].map(async (to) => {
        await shop.orders.confirm.delay(to);
        return diary.lines.includes(`confirmed ${to}`);
      }),
    );
    expect(seen).toEqual([true, true, true]);
  });

  it('runs what waited for a job when that is done', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    const parent = await shop.mails.send.delay({ to: 'ada' }, { delay: '1s' });
    const child = await shop.orders.charge.delay({ id: '7' }, { dependsOn: parent });
    const early = await shop.mails.send.delay({ to: 'bob' });
    expect(diary.lines).toEqual(['mail bob']);
    expect((await child.refresh()).status).toBe('waiting');
    await early.result();
  });

  it('does not run what may not run: a paused queue keeps its jobs', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    await shop.queue.pause();
    await shop.mails.send.delay({ to: 'ada' });
    expect(diary.lines).toEqual([]);
  });

  it('has no say in what a job was found to be already', async () => {
    const { shop, diary } = await startShop({ mode: 'inline' });
    const first = await shop.mails.send.delay({ to: 'ada' }, { idempotencyKey: 'welcome' });
    const second = await shop.mails.send.delay({ to: 'ada' }, { idempotencyKey: 'welcome' });
    expect(second.id).toBe(first.id);
    expect(diary.lines).toEqual(['mail ada']);
  });

  it('leaves a job of a task that is not of this app where it is', async () => {
    const { app } = await startShop({ mode: 'inline' });
    const job = await app.get(TaskManager).enqueue('of-another-app', {});
    expect(['failed', 'scheduled', 'pending']).toContain((await job.refresh()).status);
  });
});
