import type { Ms } from '../../contract/index.js';

/**
 * An answer of the broker, awaited no longer than that: on a line that has gone without a word none would come before two heartbeats are over.
 * @throws Error when it did not come, and what the answer rejects with
 */
export async function inTime<T>(answer: Promise<T>, bound: Ms): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the broker did not answer in time')), bound);
  });
  try {
    return await Promise.race([answer, end]);
  } finally {
    clearTimeout(timer);
    // Whoever asked has gone: nobody would hear of a failure that comes late.
    answer.catch(() => undefined);
  }
}

/** Resolves when the work has ended, well or not, and after that long at the latest. */
export async function endedWithin(work: Promise<unknown>, bound: Ms): Promise<void> {
  await inTime(work, bound).catch(() => undefined);
}
