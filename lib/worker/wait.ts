import type { Clock, Ms } from '../contract/index.js';

/** @returns whether the promise was settled before the time was over; it never rejects */
export function settledWithin(promise: Promise<unknown>, timeout: Ms, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(timeout, () => resolve(false));
    const done = () => {
      timer.cancel();
      resolve(true);
    };
    promise.then(done, done);
  });
}
