import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lib/contract/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { Lookout } from '../../../lib/worker/lookout.js';
import type { Batch } from '../../../lib/worker/outbox.js';

const COMPLETED: Outcome = { kind: 'completed' };

function aLookout() {
  const clock = new ManualClock();
  const pace = { pollInterval: 500 };
  let alarms = 0;
  const lookout = new Lookout(clock, pace, () => alarms++);
  return { clock, pace, lookout, alarms: () => alarms };
}

/** Ends of jobs that a claim brings along: of which queue, and how. */
function ends(...each: readonly (readonly [queue: string, outcome: Outcome])[]): Batch {
  return {
    runs: each.map(([queue]) => ({ job: { queue } })),
    settlements: each.map(([, outcome]) => ({ receipt: {}, outcome })),
  } as unknown as Batch;
}

describe('What a feeder looks at', () => {
  it('is what has called, once', () => {
    const { lookout } = aLookout();
    lookout.call('default');
    lookout.call('reports');
    expect(lookout.begin(ends())).toEqual(new Set(['default', 'reports']));
    expect(lookout.isCalled).toBe(false);
  });

  it('is everything where nobody has called', () => {
    expect(aLookout().lookout.begin(ends())).toBeUndefined();
  });

  it('is everything where all have, whoever did besides', () => {
    const { lookout } = aLookout();
    lookout.call('default');
    lookout.callAll();
    expect(lookout.begin(ends())).toBeUndefined();
    expect(lookout.isCalled).toBe(false);
  });

  it('is besides where jobs have completed', () => {
    const { lookout } = aLookout();
    lookout.call('default');
    expect(lookout.begin(ends(['reports', COMPLETED], ['default', COMPLETED]))).toEqual(
      new Set(['default', 'reports']),
    );
  });

  it.each<Outcome>([
    { kind: 'failed', error: { name: 'Error', message: 'down' } },
    { kind: 'retry', in: 0, error: { name: 'Error', message: 'down' } },
    { kind: 'released', countAttempt: false },
    { kind: 'cancelled', reason: 'by hand' },
  ])('is everything where a job was $kind', (outcome) => {
    const { lookout } = aLookout();
    lookout.call('default');
    expect(lookout.begin(ends(['default', COMPLETED], ['default', outcome]))).toBeUndefined();
  });

  it('is everything when the alarm has rung', async () => {
    const { lookout, clock, alarms } = aLookout();
    lookout.expect();
    await clock.advance(500);
    expect([alarms(), lookout.isCalled]).toEqual([1, true]);
    lookout.call('default');
    expect(lookout.begin(ends())).toBeUndefined();
  });
});

describe('The alarm of a lookout', () => {
  it('rings after the poll interval, or earlier where something is due', async () => {
    const { lookout, clock, alarms } = aLookout();
    lookout.expect(10_000);
    await clock.advance(499);
    expect(alarms()).toBe(0);
    await clock.advance(1);
    expect(alarms()).toBe(1);
    lookout.expect(50);
    await clock.advance(50);
    expect(alarms()).toBe(2);
  });

  it('is not put off by who knows of nothing: something may be due on a queue that this one has not looked at', async () => {
    const { lookout, clock, alarms } = aLookout();
    lookout.expect(300);
    await clock.advance(200);
    lookout.expect();
    await clock.advance(100);
    expect(alarms()).toBe(1);
  });

  it('goes by the interval as it is by then', async () => {
    const { lookout, pace, clock, alarms } = aLookout();
    pace.pollInterval = 100;
    lookout.expect();
    await clock.advance(100);
    expect(alarms()).toBe(1);
  });
});
