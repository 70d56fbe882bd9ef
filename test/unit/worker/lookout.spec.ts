import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../lib/testing/index.js';
import { Lookout } from '../../../lib/worker/lookout.js';

function aLookout() {
  const clock = new ManualClock();
  let alarms = 0;
  const lookout = new Lookout(clock, () => alarms++);
  return { clock, lookout, alarms: () => alarms };
}

/** At rest for 500 ms, after a look at everything. */
function resting() {
  const it = aLookout();
  it.lookout.begin();
  it.lookout.rest(500, true);
  return it;
}

describe('What a feeder looks at', () => {
  it('is everything at first, whoever has called', () => {
    const { lookout } = aLookout();
    lookout.call('default');
    expect(lookout.begin()).toBeUndefined();
  });

  it('is what has called, once it rests after a look at everything', () => {
    const { lookout } = resting();
    lookout.call('default');
    lookout.call('reports');
    expect(lookout.begin()).toEqual(new Set(['default', 'reports']));
    expect(lookout.isCalled).toBe(false);
  });

  it('is everything where nobody has called', () => {
    expect(resting().lookout.begin()).toBeUndefined();
  });

  it('is everything where all have, whoever did besides', () => {
    const { lookout } = resting();
    lookout.call('default');
    lookout.callAll();
    expect(lookout.begin()).toBeUndefined();
  });

  it('is everything when the alarm has rung, and until it is set again', async () => {
    const { lookout, clock, alarms } = resting();
    await clock.advance(500);
    expect([alarms(), lookout.isCalled]).toEqual([1, true]);
    expect(lookout.begin()).toBeUndefined();
    lookout.call('default');
    expect(lookout.begin()).toBeUndefined();
  });
});

describe('The alarm of a lookout', () => {
  it('is not put off by a look at one queue: something may be due on another', async () => {
    const { lookout, clock, alarms } = resting();
    await clock.advance(400);
    lookout.call('default');
    lookout.begin();
    lookout.rest(500, false);
    await clock.advance(100);
    expect(alarms()).toBe(1);
  });

  it('comes earlier for what such a look has found to be due', async () => {
    const { lookout, clock, alarms } = resting();
    lookout.call('default');
    lookout.begin();
    lookout.expect(50);
    await clock.advance(50);
    expect(alarms()).toBe(1);
  });

  it('is set anew by a look at everything', async () => {
    const { lookout, clock, alarms } = resting();
    await clock.advance(400);
    lookout.begin();
    lookout.rest(500, true);
    await clock.advance(499);
    expect(alarms()).toBe(0);
    await clock.advance(1);
    expect(alarms()).toBe(1);
  });
});
