import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endedWithin, inTime } from '../../../../lib/backends/rabbitmq/in-time.js';

const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'well',
    (error: unknown) => String(error),
  );

describe('an answer of the broker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is what it is when it comes in time', async () => {
    await expect(inTime(Promise.resolve(7), 100)).resolves.toBe(7);
    await expect(inTime(Promise.reject(new Error('no')), 100)).rejects.toThrow('no');
  });

  it('is not waited for any longer than that', async () => {
    const told = outcomeOf(inTime(new Promise(() => undefined), 100));
    await vi.advanceTimersByTimeAsync(100);
    expect(await told).toContain('did not answer in time');
  });

  it('that fails when nobody waits for it any more troubles nobody', async () => {
    let fail: (error: Error) => void = () => undefined;
    const told = outcomeOf(inTime(new Promise<never>((_, reject) => (fail = reject)), 100));
    await vi.advanceTimersByTimeAsync(100);
    fail(new Error('too late'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await told).toContain('in time');
  });

  it('leaves no timer behind', async () => {
    await inTime(Promise.resolve(), 100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a step at last, whatever comes of it', async () => {
    expect(await outcomeOf(endedWithin(Promise.reject(new Error('no')), 100))).toBe('well');
    const told = outcomeOf(endedWithin(new Promise(() => undefined), 100));
    await vi.advanceTimersByTimeAsync(100);
    expect(await told).toBe('well');
  });
});
