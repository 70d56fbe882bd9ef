import type { Clock, JobRef, WaitOptions } from '../contract/index.js';
import { toMs } from '../config/index.js';
import { ResultTimeoutError } from '../errors/index.js';
import type { FinishedJobs } from './finished-jobs.js';
import type { JobEnd } from './job-end.js';

const DEFAULT_WAIT = '30s';

/**
 * Waits for a job's end, for as long as the caller is ready to. Leaves no timer and no listener behind.
 * @throws ResultTimeoutError, JobNotFoundError, InvalidDurationError, or the signal's reason
 */
export async function awaitEnd(
  ref: JobRef,
  { timeout = DEFAULT_WAIT, signal }: WaitOptions,
  finished: Pick<FinishedJobs, 'wait'>,
  clock: Clock,
): Promise<JobEnd> {
  const time = toMs(timeout, 'timeout');
  signal?.throwIfAborted();
  const wait = finished.wait(ref);
  let stopWaiting = (): void => undefined;
  const given = new Promise<never>((_resolve, reject) => {
    const timer = clock.setTimer(time, () => reject(new ResultTimeoutError(ref.id, time)));
    const abort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    stopWaiting = () => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
      wait.cancel();
    };
  });
  try {
    return await Promise.race([wait.promise, given]);
  } finally {
    stopWaiting();
  }
}
