import { describe, expect, it } from 'vitest';
import { ManualClock } from 'nestjs-tasks/testing';

describe('ManualClock', () => {
  it('stands still until it is told to move', async () => {
    const clock = new ManualClock(1_000);
    await new Promise((done) => setTimeout(done, 5));
    expect(clock.now()).toBe(1_000);
  });

  it('moves by what advance is told', async () => {
    const clock = new ManualClock(1_000);
    await clock.advance(250);
    await clock.advance(0);
    expect(clock.now()).toBe(1_250);
  });

  it('fires timers in the order of their moments, each at its own', async () => {
    const clock = new ManualClock(0);
    const fired: [string, number][] = [];
    clock.setTimer(30, () => fired.push(['late', clock.now()]));
    clock.setTimer(10, () => fired.push(['early', clock.now()]));
    await clock.advance(50);
    expect(fired).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
  });

  it('fires timers of one moment in the order in which they were armed', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    for (const n of [1, 2, 3]) clock.setTimer(10, () => fired.push(n));
    await clock.advance(10);
    expect(fired).toEqual([1, 2, 3]);
  });

  it('leaves a timer alone until its moment', async () => {
    const clock = new ManualClock();
    let fired = false;
    clock.setTimer(10, () => (fired = true));
    await clock.advance(9);
    expect(fired).toBe(false);
    await clock.advance(1);
    expect(fired).toBe(true);
  });

  it('fires a timer once', async () => {
    const clock = new ManualClock();
    let times = 0;
    clock.setTimer(10, () => times++);
    await clock.advance(1_000);
    expect(times).toBe(1);
  });

  it('does not fire a timer that was cancelled, not even by another of its moment', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const later = { cancel: () => {} };
    clock.setTimer(10, () => {
      fired.push('first');
      later.cancel();
    });
    const second = clock.setTimer(10, () => fired.push('second'));
    later.cancel = () => second.cancel();
    await clock.advance(10);
    expect(fired).toEqual(['first']);
    expect(clock.timers).toBe(0);
  });

  it('lets promises go on between two moments, so that what they arm fires in its turn', async () => {
    const clock = new ManualClock(0);
    const fired: string[] = [];
    clock.setTimer(10, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => clock.setTimer(5, () => fired.push('armed by a promise at 15')));
    });
    clock.setTimer(20, () => fired.push('at 20'));
    await clock.advance(20);
    expect(fired).toEqual(['armed by a promise at 15', 'at 20']);
  });

  it('arms a longer timer than Node can', async () => {
    const clock = new ManualClock();
    let fired = false;
    clock.setTimer(30 * 86_400_000, () => (fired = true));
    await clock.advance(30 * 86_400_000 - 1);
    expect(fired).toBe(false);
    await clock.advance(1);
    expect(fired).toBe(true);
  });

  it('treats a negative delay as none', async () => {
    const clock = new ManualClock(100);
    let at = 0;
    clock.setTimer(-50, () => (at = clock.now()));
    await clock.advance(0);
    expect(at).toBe(100);
  });

  it('says when the first of its timers fires', async () => {
    const clock = new ManualClock(1_000);
    expect(clock.nextTimer).toBeUndefined();
    clock.setTimer(50, () => undefined);
    clock.setTimer(20, () => undefined);
    expect(clock.nextTimer).toBe(1_020);
    await clock.advance(20);
    expect(clock.nextTimer).toBe(1_050);
  });

  it('counts the timers that are armed', async () => {
    const clock = new ManualClock();
    clock.setTimer(10, () => {});
    clock.setTimer(20, () => {}).cancel();
    expect(clock.timers).toBe(1);
    await clock.advance(10);
    expect(clock.timers).toBe(0);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to advance by %s', async (ms) => {
    await expect(new ManualClock().advance(ms)).rejects.toThrow(RangeError);
  });
});
