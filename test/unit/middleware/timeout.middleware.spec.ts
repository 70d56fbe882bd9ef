import { beforeEach, describe, expect, it } from 'vitest';
import { TaskCancelledError, TaskTimeoutError } from '../../../lib/errors/index.js';
import { TimeoutMiddleware, Zombies } from '../../../lib/middleware/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { aContext, anInterruptible, deferred } from './a-context.js';
import { composed } from './composed.js';

describe('TimeoutMiddleware', () => {
  let clock: ManualClock;
  let zombies: Zombies;
  let timeouts: TimeoutMiddleware;

  beforeEach(() => {
    clock = new ManualClock(0);
    zombies = new Zombies(100);
    timeouts = new TimeoutMiddleware(clock, zombies);
  });

  const begin = (ctx: ReturnType<typeof aContext>, handler: () => unknown) => {
    const ends: unknown[] = [];
    const run = composed(
      [timeouts],
      handler,
    )(ctx).then(
      (result) => void ends.push(['result', result]),
      (error: unknown) => void ends.push(['error', error]),
    );
    return { ends, run };
  };

  it('gives what the handler returns, and throws what it throws', async () => {
    const boom = new Error('boom');
    const good = begin(aContext(), () => 7);
    const bad = begin(aContext(), () => Promise.reject(boom));
    await Promise.all([good.run, bad.run]);
    expect([good.ends, bad.ends]).toEqual([[['result', 7]], [['error', boom]]]);
  });

  it('ends a run at its timeout, whatever its handler does', async () => {
    const { ends } = begin(anInterruptible({}, { timeout: 1_000 }), () => new Promise(() => undefined));
    await clock.advance(999);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual([['error', new TaskTimeoutError('send-email', 1_000)]]);
  });

  it('counts the time from the start of the run, middleware before it included', async () => {
    await clock.advance(400);
    const { ends } = begin(anInterruptible({}, { startedAt: 0, timeout: 1_000 }), () => deferred().promise);
    await clock.advance(600);
    expect(ends).toHaveLength(1);
  });

  it('ends a run whose time was over before it began', async () => {
    await clock.advance(5_000);
    const { ends } = begin(anInterruptible({}, { startedAt: 0, timeout: 1_000 }), () => deferred().promise);
    await clock.advance(0);
    expect(ends).toEqual([['error', new TaskTimeoutError('send-email', 1_000)]]);
  });

  it('interrupts through the context, so that the signal is aborted with the same error', async () => {
    const ctx = anInterruptible();
    const { ends } = begin(ctx, () => deferred().promise);
    await clock.advance(1_000);
    expect(ctx.interruption).toBeInstanceOf(TaskTimeoutError);
    expect(ends).toEqual([['error', ctx.interruption]]);
  });

  it('ends runs of contexts that know no interruption, as in a pipeline run by hand', async () => {
    const { ends } = begin(aContext(), () => deferred().promise);
    await clock.advance(1_000);
    expect(ends).toEqual([['error', new TaskTimeoutError('send-email', 1_000)]]);
  });

  it('counts a handler that goes on as a zombie until it is done, and ignores what it ends with', async () => {
    const handler = deferred();
    const { ends } = begin(anInterruptible(), () => handler.promise);
    await clock.advance(1_000);
    expect(zombies.count).toBe(1);
    handler.resolve('too late');
    await clock.advance(0);
    expect(zombies.count).toBe(0);
    expect(ends).toHaveLength(1);
  });

  it('lays a zombie to rest that fails, without an unhandled rejection', async () => {
    const handler = deferred();
    begin(anInterruptible(), () => handler.promise);
    await clock.advance(1_000);
    handler.reject(new Error('too late'));
    await clock.advance(0);
    expect(zombies.count).toBe(0);
  });

  it('makes no zombie of a handler that ended in time', async () => {
    const { run } = begin(anInterruptible(), () => 1);
    await run;
    await clock.advance(10_000);
    expect(zombies.count).toBe(0);
  });

  it('ends a run at once when it is interrupted, and its deadline with it', async () => {
    const ctx = anInterruptible();
    const { ends } = begin(ctx, () => deferred().promise);
    const cancelled = new TaskCancelledError('job-1', 'by hand');
    ctx.interrupt(cancelled);
    await clock.advance(10_000);
    expect(ends).toEqual([['error', cancelled]]);
    expect(zombies.count).toBe(1);
  });

  it('does nothing when a run that has ended is interrupted', async () => {
    const ctx = anInterruptible();
    const { ends, run } = begin(ctx, () => 'done');
    await run;
    ctx.interrupt(new TaskCancelledError('job-1', 'too late'));
    expect(ends).toEqual([['result', 'done']]);
    expect(zombies.count).toBe(0);
  });

  it('does not call the handler of a run that was interrupted before it began', async () => {
    const interruption = new TaskCancelledError('job-1', 'early');
    let called = false;
    const { ends, run } = begin(anInterruptible({}, { interruption }), () => (called = true));
    await run;
    expect(called).toBe(false);
    expect(ends).toEqual([['error', interruption]]);
    expect(clock.timers).toBe(0);
  });

  it('leaves no zombie behind a middleware that throws outside of a promise', async () => {
    const careless = {
      intercept: () => {
        throw new Error('careless');
      },
    };
    const ctx = anInterruptible();
    await expect(composed([timeouts, careless], () => 1)(ctx)).rejects.toThrow('careless');
    await clock.advance(10_000);
    expect(ctx.interruption).toBeUndefined();
    expect(zombies.count).toBe(0);
  });

  it('keeps all deadlines on one timer, and none once it has stopped', async () => {
    begin(anInterruptible({}, { timeout: 1_000 }), () => deferred().promise);
    begin(anInterruptible({}, { timeout: 2_000 }), () => deferred().promise);
    begin(anInterruptible({}, { timeout: 500 }), () => deferred().promise);
    expect(clock.timers).toBe(1);
    timeouts.stop();
    expect(clock.timers).toBe(0);
  });

  it('can go on after a stop, with runs that were under way then', async () => {
    const old = deferred();
    const before = begin(anInterruptible({}, { timeout: 1_000 }), () => old.promise);
    timeouts.stop();
    const after = begin(anInterruptible({}, { timeout: 1_000 }), () => deferred().promise);
    old.resolve('done');
    await before.run;
    await clock.advance(1_000);
    expect(before.ends).toEqual([['result', 'done']]);
    expect(after.ends).toEqual([['error', new TaskTimeoutError('send-email', 1_000)]]);
  });
});

describe('Zombies', () => {
  it('are too many from their cap on', () => {
    const zombies = new Zombies(2);
    zombies.rise();
    expect(zombies.tooMany).toBe(false);
    zombies.rise();
    expect(zombies.tooMany).toBe(true);
    zombies.rest();
    expect(zombies.tooMany).toBe(false);
  });
});
