import { describe, expect, it } from 'vitest';
import { within } from '../../../lib/state/within.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';

const BOUND = 2_000;

describe('What is waited for within a bound', () => {
  it('is given when it comes in time, and no timer is left', async () => {
    const clock = new ManualClock();
    expect(await within(Promise.resolve('answer'), BOUND, clock)).toBe('answer');
    expect(clock.timers).toBe(0);
  });

  it('is undefined when it rejects, and no timer is left', async () => {
    const clock = new ManualClock();
    expect(await within(Promise.reject(new Error('away')), BOUND, clock)).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  it('is undefined at the bound, and not before', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const waited = within(new Promise<string>(() => {}), BOUND, clock).finally(() => (isOver = true));
    await clock.advance(BOUND - 1);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(await waited).toBeUndefined();
  });
});
