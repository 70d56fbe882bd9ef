import { type Clock, type Ms, systemClock } from '../contract/index.js';
import { ProcessHold } from '../worker/index.js';

/** Resolves after so long, or as soon as it is to stop. The process stays alive meanwhile, which a timer of a clock does not see to. */
export async function sleepFor(ms: Ms, signal: AbortSignal, clock: Clock = systemClock): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  const hold = new ProcessHold();
  hold.take();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(ms, end);
    signal.addEventListener('abort', end);
  });
  hold.release();
}
