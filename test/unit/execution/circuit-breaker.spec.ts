import { beforeEach, describe, expect, it } from 'vitest';
import { Breakers, CircuitBreaker } from '../../../lib/execution/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { aTask } from './a-run.js';

describe('CircuitBreaker', () => {
  let clock: ManualClock;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    clock = new ManualClock(0);
    breaker = new CircuitBreaker({ threshold: 3, cooldown: 1_000 }, clock);
  });

  const fail = (times: number) => {
    for (let time = 0; time < times; time++) {
      const run = {};
      expect(breaker.tryEnter(run)).toBe(0);
      breaker.failed(run);
    }
  };

  it('stays closed below the threshold', () => {
    fail(2);
    expect(breaker.state).toBe('closed');
    expect(breaker.tryEnter({})).toBe(0);
  });

  it('opens at the threshold, and says how long to wait', async () => {
    fail(3);
    expect(breaker.state).toBe('open');
    expect(breaker.tryEnter({})).toBe(1_000);
    await clock.advance(400);
    expect(breaker.tryEnter({})).toBe(600);
  });

  it('counts failures in a row: a success begins anew', () => {
    fail(2);
    breaker.succeeded({});
    fail(2);
    expect(breaker.state).toBe('closed');
  });

  it('is half-open after the cooldown, for one run alone', async () => {
    fail(3);
    await clock.advance(1_000);
    expect(breaker.state).toBe('half-open');
    expect(breaker.tryEnter({})).toBe(0);
    expect(breaker.tryEnter({})).toBe(1_000);
  });

  it('closes when the trial succeeds, and counts from none', async () => {
    fail(3);
    await clock.advance(1_000);
    const trial = {};
    breaker.tryEnter(trial);
    breaker.succeeded(trial);
    expect(breaker.state).toBe('closed');
    fail(2);
    expect(breaker.state).toBe('closed');
  });

  it('opens anew for a whole cooldown when the trial fails', async () => {
    fail(3);
    await clock.advance(1_500);
    const trial = {};
    breaker.tryEnter(trial);
    breaker.failed(trial);
    expect(breaker.state).toBe('open');
    expect(breaker.tryEnter({})).toBe(1_000);
  });

  it('lets another run try when the trial told nothing', async () => {
    fail(3);
    await clock.advance(1_000);
    const trial = {};
    breaker.tryEnter(trial);
    breaker.abstained(trial);
    expect(breaker.state).toBe('half-open');
    expect(breaker.tryEnter({})).toBe(0);
  });

  it.each(['succeeded', 'failed', 'abstained'] as const)(
    'is not moved by a run from before that %s while the trial is under way',
    async (end) => {
      const straggler = {};
      breaker.tryEnter(straggler);
      fail(3);
      await clock.advance(1_000);
      breaker.tryEnter({});
      breaker[end](straggler);
      expect(breaker.state).toBe('half-open');
      expect(breaker.tryEnter({})).toBe(1_000);
    },
  );

  it('is not kept open longer by runs from before that fail late', async () => {
    const straggler = {};
    breaker.tryEnter(straggler);
    fail(3);
    await clock.advance(900);
    breaker.failed(straggler);
    expect(breaker.tryEnter({})).toBe(100);
  });

  it('asks for whole milliseconds', () => {
    breaker = new CircuitBreaker({ threshold: 1, cooldown: 0.5 }, clock);
    fail(1);
    expect(breaker.tryEnter({})).toBe(1);
  });
});

describe('Breakers', () => {
  it('keeps one a task, and none for a task without', () => {
    const breakers = new Breakers(new ManualClock(0));
    const guarded = aTask(() => 1, { circuitBreaker: { threshold: 1, cooldown: 5 } });
    expect(breakers.of(guarded)).toBe(breakers.of(guarded));
    expect(breakers.of(guarded)).not.toBe(breakers.of({ ...guarded }));
    expect(breakers.of(aTask(() => 1))).toBeUndefined();
  });
});
