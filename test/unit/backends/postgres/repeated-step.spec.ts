import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RepeatedStep } from '../../../../lib/backends/postgres/repeated-step.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a repeated step', () => {
  it('is done again and again, also after it has failed, until it is stopped', async () => {
    let runs = 0;
    const repeated = new RepeatedStep(1_000, () => {
      runs++;
      return runs === 2 ? Promise.reject(new Error('Once.')) : Promise.resolve();
    });
    await vi.advanceTimersByTimeAsync(700);
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(runs).toBeGreaterThanOrEqual(8);
    expect(runs).toBeLessThanOrEqual(14);
    repeated.stop();
    const before = runs;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(runs).toBe(before);
  });

  it('is never done twice at once', async () => {
    let underWay = 0;
    let most = 0;
    const repeated = new RepeatedStep(10, async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 100));
      underWay--;
    });
    await vi.advanceTimersByTimeAsync(2_000);
    repeated.stop();
    await vi.advanceTimersByTimeAsync(200);
    expect([most, underWay]).toEqual([1, 0]);
  });

  it('is not taken up again when it is stopped while it is done', async () => {
    let runs = 0;
    let stopped = 0;
    const repeated: RepeatedStep = new RepeatedStep(
      10,
      async () => {
        runs++;
        repeated.stop();
      },
      () => stopped++,
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect([runs, stopped]).toEqual([1, 1]);
  });
});
