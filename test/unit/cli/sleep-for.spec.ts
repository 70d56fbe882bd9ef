import { describe, expect, it } from 'vitest';
import { sleepFor } from '../../../lib/cli/sleep-for.js';

const DAY = 86_400_000;

describe('a pause between two looks', () => {
  it('is as long as it is told, in steps that a timer of Node can be', async () => {
    const steps: number[] = [];
    await sleepFor(60 * DAY, new AbortController().signal, async (ms) => steps.push(ms));
    expect(steps.length).toBe(3);
    expect(Math.max(...steps)).toBeLessThan(2 ** 31);
    expect(steps.reduce((sum, step) => sum + step)).toBe(60 * DAY);
  });

  it('ends as soon as it is to stop, and is none where that was said before, or there is no time', async () => {
    const stop = new AbortController();
    const pause = sleepFor(60 * DAY, stop.signal);
    stop.abort();
    await expect(pause).resolves.toBeUndefined();
    await expect(sleepFor(60 * DAY, stop.signal)).resolves.toBeUndefined();
    await expect(sleepFor(-1, new AbortController().signal)).resolves.toBeUndefined();
  });
});
