import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleepFor } from '../../../lib/cli/sleep-for.js';

const DAY = 86_400_000;

describe('a pause between two looks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is as long as it is told, also where no timer of Node can be', async () => {
    const ended = vi.fn();
    void sleepFor(60 * DAY, new AbortController().signal).then(ended);
    await vi.advanceTimersByTimeAsync(60 * DAY - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends as soon as it is to stop, and is none where that was said before, or there is no time', async () => {
    const stop = new AbortController();
    const pause = sleepFor(60 * DAY, stop.signal);
    stop.abort();
    await expect(pause).resolves.toBeUndefined();
    await expect(sleepFor(60 * DAY, stop.signal)).resolves.toBeUndefined();
    await expect(sleepFor(-1, new AbortController().signal)).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
