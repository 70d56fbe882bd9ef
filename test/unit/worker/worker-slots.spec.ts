import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../lib/testing/index.js';
import type { SlotSeeker } from '../../../lib/worker/slot-line.js';
import { WorkerSlots } from '../../../lib/worker/worker-slots.js';

class Seeker implements SlotSeeker {
  canClaim = true;
  offers = 0;

  offer(): void {
    this.offers++;
  }
}

function someSlots(workers = 2, capacity = 2) {
  const slots = new WorkerSlots('w', capacity, new ManualClock(0));
  slots.scaleTo(workers);
  return slots;
}

describe('WorkerSlots', () => {
  it('are promised to one claim, and free again when it is back', () => {
    const slots = someSlots();
    const seeker = new Seeker();
    expect(slots.promise(seeker, true)).toBe(4);
    expect([slots.free, slots.vacant]).toEqual([0, 4]);
    slots.redeem(4);
    expect(slots.free).toBe(4);
  });

  it('are given out in turn over the workers, and not beyond', () => {
    const slots = someSlots(2, 2);
    const given = Array.from({ length: 5 }, () => slots.take()?.id);
    expect(given).toEqual(['w-2', 'w-1', 'w-2', 'w-1', undefined]);
    expect([slots.free, slots.active]).toEqual([0, 4]);
  });

  it('are never fewer than none, when they were taken away while promised', () => {
    const slots = someSlots(2, 2);
    slots.promise(new Seeker(), true);
    slots.scaleTo(1);
    expect(slots.free).toBe(0);
    slots.redeem(4);
    expect(slots.free).toBe(2);
  });

  it('go to who waits longest', () => {
    const slots = someSlots(1, 1);
    const [first, second, third] = [new Seeker(), new Seeker(), new Seeker()];
    slots.promise(first, true);
    expect([slots.promise(second, true), slots.promise(third, true)]).toEqual([0, 0]);
    slots.redeem(1);
    expect([second.offers, third.offers]).toEqual([1, 0]);
    expect(slots.promise(first, true)).toBe(0);
    expect(slots.promise(third, true)).toBe(0);
    expect(slots.promise(second, true)).toBe(1);
  });

  it('are shared with those in line', () => {
    const slots = someSlots(1, 4);
    const [busy, one, other] = [new Seeker(), new Seeker(), new Seeker()];
    slots.promise(busy, true);
    slots.promise(one, true);
    slots.promise(other, true);
    slots.redeem(4);
    expect(slots.promise(one, true)).toBe(2);
    expect(other.offers).toBe(1);
    expect(slots.promise(other, true)).toBe(2);
  });

  it('are not kept for one that cannot claim now', () => {
    const slots = someSlots(1, 2);
    const [busy, stuck, ready] = [new Seeker(), new Seeker(), new Seeker()];
    slots.promise(busy, true);
    slots.promise(stuck, true);
    slots.promise(ready, true);
    stuck.canClaim = false;
    slots.redeem(2);
    expect([stuck.offers, ready.offers]).toEqual([0, 1]);
    expect(slots.promise(ready, true)).toBe(2);
  });

  it('are not waited for by one that knows of no work', () => {
    const slots = someSlots(1, 1);
    const [busy, idle] = [new Seeker(), new Seeker()];
    slots.promise(busy, true);
    slots.promise(idle, false);
    slots.redeem(1);
    expect(idle.offers).toBe(0);
    expect(slots.promise(busy, true)).toBe(1);
  });

  it('are offered to nobody who has left the line', () => {
    const slots = someSlots(1, 1);
    const [busy, gone] = [new Seeker(), new Seeker()];
    slots.promise(busy, true);
    slots.wait(gone);
    slots.leave(gone);
    slots.leave(gone);
    slots.redeem(1);
    expect(gone.offers).toBe(0);
  });
});
