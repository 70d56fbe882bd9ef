import type { Clock, Ms } from '../contract/index.js';

/** What it resolves to; undefined when that takes longer, or it rejects: who only looks never waits for a broker that is away. */
export async function within<T>(work: Promise<T>, ms: Ms, clock: Clock): Promise<T | undefined> {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<undefined>((resolve) => (timer = clock.setTimer(ms, () => resolve(undefined))));
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    timer?.cancel();
  }
}
