import type { Clock, JobRef, Ms, WaitOptions } from '../contract/index.js';
import { assertKnownKeys, toMs } from '../config/index.js';
import { InvalidOptionError, ResultTimeoutError } from '../errors/index.js';
import type { FinishedJobs } from './finished-jobs.js';
import type { JobEnd } from './job-end.js';

const DEFAULT_WAIT = '30s';
/** The longest that a timer of Node can be. */
const LONGEST: Ms = 2_147_483_647;
const WAIT_OPTIONS = ['timeout', 'signal'] as const satisfies readonly (keyof WaitOptions)[];

/**
 * Waits for a job's end, for as long as the caller is ready to. Leaves no timer and no listener behind.
 * @throws ResultTimeoutError, JobNotFoundError, InvalidOptionError, InvalidDurationError, or the signal's reason
 */
export async function awaitEnd(
  ref: JobRef,
  options: WaitOptions,
  finished: Pick<FinishedJobs, 'wait'>,
  clock: Clock,
): Promise<JobEnd> {
  assertKnownKeys(options, WAIT_OPTIONS);
  const { timeout = DEFAULT_WAIT, signal } = options;
  const time = toMs(timeout, 'timeout');
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw new InvalidOptionError([{ path: 'signal', message: 'must be an AbortSignal' }]);
  }
  signal?.throwIfAborted();
  const wait = finished.wait(ref);
  // Timers of a clock do not keep a process alive; somebody who waits does.
  const hold = setInterval(() => undefined, LONGEST);
  let stopWaiting = (): void => undefined;
  const given = new Promise<never>((_resolve, reject) => {
    const timer = clock.setTimer(time, () => reject(new ResultTimeoutError(ref.id, time)));
    const abort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    stopWaiting = () => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
      wait.cancel();
      clearInterval(hold);
    };
  });
  try {
    return await Promise.race([wait.promise, given]);
  } finally {
    stopWaiting();
  }
}
