import { beforeEach, describe, expect, it } from 'vitest';
import { TaskCancelledError, TaskTimeoutError } from '../../../lib/errors/index.js';
import { MetricsMiddleware, TaskMetricsCollector } from '../../../lib/middleware/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { aContext } from './a-context.js';
import { composed } from './composed.js';

describe('MetricsMiddleware', () => {
  let clock: ManualClock;
  let collector: TaskMetricsCollector;

  beforeEach(() => {
    clock = new ManualClock(0);
    collector = new TaskMetricsCollector();
  });

  const run = (ctx: ReturnType<typeof aContext>, handler: () => unknown) =>
    composed([new MetricsMiddleware(collector, clock)], handler)({ ...ctx, startedAt: clock.now() });
  const taking = (duration: number) => () => clock.advance(duration);

  it('counts runs and durations by task', async () => {
    await run(aContext({ name: 'a' }), taking(10));
    await run(aContext({ name: 'a' }), taking(30));
    await run(aContext({ name: 'b' }), taking(5));
    expect(collector.get('a')).toEqual({
      runs: 2,
      completed: 2,
      failed: 0,
      interrupted: 0,
      totalDuration: 40,
      meanDuration: 20,
      minDuration: 10,
      maxDuration: 30,
      lastDuration: 30,
    });
    expect(collector.get('b')?.runs).toBe(1);
  });

  it('counts a failure, and passes the error on', async () => {
    const boom = new Error('boom');
    await expect(run(aContext(), () => Promise.reject(boom))).rejects.toBe(boom);
    expect(collector.get('send-email')).toMatchObject({ runs: 1, completed: 0, failed: 1 });
  });

  it('counts a timeout as a failure', async () => {
    const interruption = new TaskTimeoutError('send-email', 5);
    const ctx = aContext({}, { interruption });
    await expect(run(ctx, () => Promise.reject(interruption))).rejects.toBe(interruption);
    expect(collector.get('send-email')).toMatchObject({ failed: 1, interrupted: 0 });
  });

  it('does not blame the task for a cancel', async () => {
    const interruption = new TaskCancelledError('job-1', 'by hand');
    const ctx = aContext({}, { interruption });
    await expect(run(ctx, () => Promise.reject(interruption))).rejects.toBe(interruption);
    expect(collector.get('send-email')).toMatchObject({ runs: 1, failed: 0, interrupted: 1 });
  });

  it('blames the task for an error of the same class that somebody else cancelled', async () => {
    const other = new TaskCancelledError('job-2', 'by hand');
    await expect(run(aContext(), () => Promise.reject(other))).rejects.toBe(other);
    expect(collector.get('send-email')).toMatchObject({ failed: 1, interrupted: 0 });
  });

  it('knows nothing of a task that has not run', () => {
    expect(collector.get('send-email')).toBeUndefined();
    expect(collector.all().size).toBe(0);
  });

  it('lists all tasks, in a copy that later runs do not change', async () => {
    await run(aContext({ name: 'a' }), taking(1));
    const all = collector.all();
    await run(aContext({ name: 'a' }), taking(1));
    expect(all.get('a')?.runs).toBe(1);
    expect([...collector.all().keys()]).toEqual(['a']);
  });

  it('takes a hostile task name for what it is, a name', async () => {
    await run(aContext({ name: '__proto__' }), taking(1));
    expect(collector.get('__proto__')?.runs).toBe(1);
    expect(collector.get('toString')).toBeUndefined();
  });

  it('begins anew after a reset', async () => {
    await run(aContext(), taking(1));
    collector.reset();
    expect(collector.get('send-email')).toBeUndefined();
  });
});
