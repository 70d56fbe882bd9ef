import { afterEach, describe, expect, it, vi } from 'vitest';
import { WakeUps } from '../../../../lib/backends/memory/wake-ups.js';

/** A queue that says what a test wants it to. */
function aWakeful() {
  const queue = { isClaimable: false, moment: Infinity, nextMoment: () => queue.moment };
  return queue;
}

function sleeper(demand = 1) {
  const queue = aWakeful();
  const wakeUps = new WakeUps(queue);
  const onAvailable = vi.fn<() => void>();
  const subscription = wakeUps.subscribe(demand, onAvailable);
  return { queue, wakeUps, onAvailable, subscription };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('wake-ups', () => {
  it('tell of work once until the next claim', () => {
    const { queue, wakeUps, onAvailable } = sleeper();
    queue.isClaimable = true;
    wakeUps.announce();
    wakeUps.announce();
    expect(onAvailable).toHaveBeenCalledTimes(1);
    wakeUps.claimed();
    wakeUps.announce();
    expect(onAvailable).toHaveBeenCalledTimes(2);
  });

  it('are silent where there is nothing to take', () => {
    const { wakeUps, onAvailable } = sleeper();
    wakeUps.announce();
    expect(onAvailable).not.toHaveBeenCalled();
  });

  it('tell of a moment that is earlier than the one that the claim named, not of a later one', () => {
    const { queue, wakeUps, onAvailable } = sleeper();
    queue.moment = 100;
    wakeUps.claimed();
    wakeUps.announce();
    expect(onAvailable).not.toHaveBeenCalled();
    queue.moment = 99;
    wakeUps.announce();
    expect(onAvailable).toHaveBeenCalledTimes(1);
  });

  it('tell a subscriber of what is there when it comes', () => {
    const queue = aWakeful();
    queue.isClaimable = true;
    const onAvailable = vi.fn<() => void>();
    new WakeUps(queue).subscribe(1, onAvailable);
    expect(onAvailable).toHaveBeenCalledTimes(1);
  });

  it('wait for demand, and then tell what came meanwhile', () => {
    const { queue, wakeUps, onAvailable, subscription } = sleeper(0);
    queue.isClaimable = true;
    wakeUps.announce();
    expect(onAvailable).not.toHaveBeenCalled();
    subscription.setDemand(3);
    expect(onAvailable).toHaveBeenCalledTimes(1);
  });

  it('end when the subscription is closed', () => {
    const { queue, wakeUps, onAvailable, subscription } = sleeper();
    subscription.close();
    queue.isClaimable = true;
    wakeUps.announce();
    expect(onAvailable).not.toHaveBeenCalled();
  });

  it('reach everyone although one of them throws', () => {
    const { queue, wakeUps, onAvailable } = sleeper();
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const next = vi.fn<() => void>();
    wakeUps.subscribe(1, next);
    onAvailable.mockImplementation(() => {
      throw new Error('of the subscriber');
    });
    queue.isClaimable = true;
    wakeUps.announce();
    expect(next).toHaveBeenCalledTimes(1);
    expect(warning).toHaveBeenCalledWith(expect.objectContaining({ message: 'of the subscriber' }));
  });
});
