import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../lib/testing/index.js';
import { ClaimWindow } from '../../../lib/worker/claim-window.js';
import { LookAhead } from '../../../lib/worker/look-ahead.js';
import type { SlotSeeker } from '../../../lib/worker/slot-line.js';
import { WorkerSlots } from '../../../lib/worker/worker-slots.js';

const AHEAD = 16;
const SEEKER: SlotSeeker = { canClaim: true, offer: () => undefined };

/** A window for two claims over ten slots and a long queue of quick jobs. */
function onABacklog() {
  const clock = new ManualClock(0);
  const slots = new WorkerSlots('w', 10, clock);
  slots.scaleTo(1);
  const ahead = new LookAhead(AHEAD, clock, () => undefined);
  ahead.ran(0);
  ahead.claimed(10, 10);
  const window = new ClaimWindow(2, slots, ahead);
  const open = () => window.open(slots.promise(SEEKER, true, window.most));
  return { slots, window, open };
}

describe('claims of one worker', () => {
  it('ask for half of the slots and half of what may lie in hand, each', () => {
    const { open } = onABacklog();
    expect([open(), open()]).toEqual([
      { slots: 5, ahead: AHEAD / 2 },
      { slots: 5, ahead: AHEAD / 2 },
    ]);
  });

  it('ask for all that may lie in hand where they have the last free slots and are alone', () => {
    const { slots, open } = onABacklog();
    for (let taken = 0; taken < 6; taken++) slots.take();
    expect(open()).toEqual({ slots: 4, ahead: AHEAD });
  });

  it('ask for nothing ahead beside one that has asked for all', () => {
    const { slots, window, open } = onABacklog();
    const workers = Array.from({ length: 6 }, () => slots.take());
    const first = open();
    for (const worker of workers) worker?.end(0, false);
    expect(window.isOpen).toBe(true);
    const second = open();
    expect(second).toEqual({ slots: 5, ahead: 0 });
    window.close(first);
    window.close(second);
    expect(open()).toMatchObject({ ahead: AHEAD / 2 });
  });
});
