import { describe, expect, it } from 'vitest';
import type { Clock, QueueBackend } from '../../../lib/contract/index.js';
import { LeaseKeeper } from '../../../lib/worker/lease-keeper.js';
import { RunTable } from '../../../lib/worker/run-table.js';
import { KeptLog } from '../middleware/a-context.js';

/** A clock whose timers fire when the test says so, as those of a blocked event loop do: late. */
class LateClock implements Clock {
  moment = 0;
  private readonly waiting: (() => void)[] = [];

  now(): number {
    return this.moment;
  }

  setTimer(_: number, callback: () => void) {
    this.waiting.push(callback);
    return { cancel: () => undefined };
  }

  fireAt(moment: number): void {
    this.moment = moment;
    this.waiting.shift()?.();
  }
}

function aKeeper(lease: number) {
  const clock = new LateClock();
  const log = new KeptLog();
  const kept = { name: 'memory', backend: {} as QueueBackend, inHand: new RunTable(), lease };
  const keeper = new LeaseKeeper([kept], clock, log);
  keeper.start();
  return { clock, log };
}

describe('LeaseKeeper', () => {
  it('says that the event loop was blocked, when it comes so late that leases may be lost', () => {
    const { clock, log } = aKeeper(3_000);
    clock.fireAt(5_000);
    expect(log.lines).toEqual([
      'warn: The event loop was blocked for about 4000 ms: leases of 3000 ms may have been lost. Move long computations off it.',
    ]);
  });

  it('says nothing when it comes a little late', () => {
    const { clock, log } = aKeeper(3_000);
    clock.fireAt(1_900);
    clock.fireAt(3_500);
    expect(log.lines).toEqual([]);
  });

  it('has nothing to do without a backend', () => {
    const clock = new LateClock();
    new LeaseKeeper([], clock, new KeptLog()).start();
    clock.fireAt(1_000_000);
    expect(clock.now()).toBe(1_000_000);
  });
});
