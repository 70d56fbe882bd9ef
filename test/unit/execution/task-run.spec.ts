import { describe, expect, it } from 'vitest';
import type { TaskContext } from '../../../lib/contract/index.js';
import { TaskCancelledError, TaskCodecError, TaskValidationError } from '../../../lib/errors/index.js';
import { deferred } from '../middleware/a-context.js';
import { aTask, ExecutionDesk } from './a-run.js';

/** The context of a run that waits, and the end of its wait. */
function running(desk: ExecutionDesk, ...[job]: [Parameters<ExecutionDesk['begin']>[1]?]) {
  const end = deferred();
  let given: TaskContext | undefined;
  const run = desk.begin((_, ctx) => {
    given = ctx;
    return end.promise;
  }, job);
  return { run, ctx: given as TaskContext, end };
}

describe('the context of a run', () => {
  it('tells the job, its fence, and a key for services that know idempotency keys', () => {
    const { ctx } = running(new ExecutionDesk(), { fence: '7', attempt: 2 });
    expect(ctx).toMatchObject({ attempt: 2, fence: '7', idempotencyKey: 'job-1', workerId: 'worker-1' });
    expect(ctx.job).toMatchObject({ id: 'job-1', name: 'send-email', queue: 'default', maxRetries: 3 });
  });

  it('tells the timeout, also to middleware in its metadata', () => {
    const { ctx, run } = running(new ExecutionDesk(), { timeout: 5_000 });
    expect(ctx.timeout).toBe(5_000);
    run.metadata['note'] = 1;
    expect(run.metadata).toEqual({ timeout: 5_000, note: 1 });
  });

  it('tells the headers that travelled along, and an empty object where there are none', () => {
    const desk = new ExecutionDesk();
    expect(running(desk, { extra: { headers: { traceparent: '00-1' } } }).ctx.headers).toEqual({
      traceparent: '00-1',
    });
    expect(running(desk).ctx.headers).toEqual({});
  });

  it('tells how the jobs that it depended on ended, with decoded results', () => {
    const parents = [
      { queue: 'default', id: 'a', state: 'completed', result: '[1]' },
      { queue: 'default', id: 'b', state: 'completed' },
      { queue: 'default', id: 'c', state: 'failed', error: { name: 'Error', message: 'boom' } },
    ] as const;
    const desk = new ExecutionDesk();
    expect(running(desk, { extra: { parents } }).ctx.dependencies).toEqual([
      { queue: 'default', id: 'a', state: 'completed', result: [1] },
      { queue: 'default', id: 'b', state: 'completed' },
      { queue: 'default', id: 'c', state: 'failed', error: { name: 'Error', message: 'boom' } },
    ]);
    expect(running(desk).ctx.dependencies).toEqual([]);
  });

  it('throws a typed error for a dependency result that cannot be read, only to who reads it', () => {
    const parents = [{ queue: 'default', id: 'a', state: 'completed', result: '{' }] as const;
    const { ctx } = running(new ExecutionDesk(), { extra: { parents } });
    expect(() => ctx.dependencies).toThrow(TaskCodecError);
  });

  it('tells middleware the class and the method of the handler', () => {
    class EmailTasks {}
    const desk = new ExecutionDesk();
    const where = { handlerClass: EmailTasks, handlerMethod: 'send' };
    expect(desk.begin(aTask(() => 1, {}, where))).toMatchObject(where);
  });
});

describe('the signal of a run', () => {
  it('is the same at each look, and not aborted while all is well', () => {
    const { ctx } = running(new ExecutionDesk());
    expect(ctx.signal).toBe(ctx.signal);
    expect(ctx.signal.aborted).toBe(false);
  });

  it('is aborted at first look when the run was interrupted before', () => {
    const { ctx, run } = running(new ExecutionDesk());
    const reason = new TaskCancelledError('job-1', 'by hand');
    run.abort(reason);
    expect(ctx.signal.reason).toBe(reason);
  });

  it('keeps the first reason', () => {
    const { ctx, run } = running(new ExecutionDesk());
    const first = new TaskCancelledError('job-1', 'first');
    expect(ctx.signal.aborted).toBe(false);
    run.abort(first);
    run.abort(new TaskCancelledError('job-1', 'second'));
    expect(ctx.signal.reason).toBe(first);
  });

  it('is left alone once the run is over: what still uses it was finished by its handler', async () => {
    const desk = new ExecutionDesk();
    const { ctx, run, end } = running(desk);
    const { signal } = ctx;
    end.resolve(1);
    await desk.clock.advance(0);
    run.interrupt(new TaskCancelledError('job-1', 'too late'));
    expect(signal.aborted).toBe(false);
  });
});

describe('progress', () => {
  it('is written at once when it is the first', async () => {
    const desk = new ExecutionDesk();
    const { ctx } = running(desk);
    await ctx.progress(1, 4, 'rendering', { page: 1 });
    expect(desk.recorded).toEqual([{ current: 1, total: 4, message: 'rendering', metadata: '{"page":1}' }]);
  });

  it('needs no total', async () => {
    const desk = new ExecutionDesk();
    await running(desk).ctx.progress(3);
    expect(desk.recorded).toEqual([{ current: 3, total: 0 }]);
  });

  it('cuts a message at 4,096 characters', async () => {
    const desk = new ExecutionDesk();
    await running(desk).ctx.progress(1, 2, 'x'.repeat(5_000));
    expect(desk.recorded[0]?.message).toHaveLength(4_096);
    expect(desk.events.at(-1)).toMatchObject({ progress: { message: 'x'.repeat(4_096) } });
  });

  it.each([
    ['a message that is no text', [1, 2, 5], 'TASKS_VALIDATION'],
    ['metadata over the cap of a result', [1, 2, 'm', 'x'.repeat(300_000)], 'TASKS_PAYLOAD_TOO_LARGE'],
  ])('refuses %s, and writes nothing', async (_what, report, code) => {
    const desk = new ExecutionDesk();
    const { ctx } = running(desk);
    await expect(ctx.progress(...(report as [number]))).rejects.toMatchObject({ code });
    expect(desk.recorded).toEqual([]);
  });

  it('is announced at each report, with its metadata as it is', async () => {
    const desk = new ExecutionDesk();
    const { ctx } = running(desk, { attempt: 2 });
    const metadata = { page: 1 };
    await ctx.progress(1, 4, 'rendering', metadata);
    await ctx.progress(2, 4);
    expect(desk.events.filter(({ type }) => type === 'progress')).toEqual([
      {
        type: 'progress',
        taskId: 'job-1',
        taskName: 'send-email',
        queueName: 'default',
        workerId: 'worker-1',
        attempt: 2,
        progress: { current: 1, total: 4, message: 'rendering', metadata },
      },
      expect.objectContaining({ progress: { current: 2, total: 4 } }),
    ]);
  });

  it('builds no event where nobody listens', async () => {
    const desk = new ExecutionDesk();
    desk.wanted = [];
    await running(desk).ctx.progress(1);
    expect(desk.events).toEqual([]);
  });

  it.each([
    ['a negative number', -1, 0],
    ['NaN', Number.NaN, 0],
    ['infinity', Number.POSITIVE_INFINITY, 0],
    ['a text', '1' as unknown as number, 0],
    ['a negative total', 1, -1],
  ])('refuses %s', async (_, current, total) => {
    const desk = new ExecutionDesk();
    await expect(running(desk).ctx.progress(current, total)).rejects.toThrow(TaskValidationError);
    expect([desk.recorded, desk.events.filter(({ type }) => type === 'progress')]).toEqual([[], []]);
  });

  it('refuses metadata that the codec cannot carry', async () => {
    const desk = new ExecutionDesk();
    await expect(running(desk).ctx.progress(1, 2, 'x', { big: 1n })).rejects.toThrow(TaskValidationError);
    expect(desk.recorded).toEqual([]);
  });

  it('is ignored from a zombie: its run is over, and so is its right to speak', async () => {
    const desk = new ExecutionDesk();
    const { ctx } = running(desk, { timeout: 50 });
    await desk.clock.advance(50);
    await ctx.progress(1);
    await ctx.progress(2);
    expect(desk.recorded).toEqual([]);
    expect(desk.events.some(({ type }) => type === 'progress')).toBe(false);
    expect(desk.clock.timers).toBe(0);
  });

  it('tells of a lost lease, which ends the run', async () => {
    const desk = new ExecutionDesk();
    const { ctx, run } = running(desk);
    const { signal } = ctx;
    desk.record = () => Promise.resolve('stale');
    await ctx.progress(1);
    await desk.clock.advance(0);
    expect(signal.reason).toMatchObject({ code: 'TASKS_LEASE_LOST' });
    expect(desk.dropCount).toEqual([run]);
    expect(desk.outcomes).toEqual([]);
  });
});
