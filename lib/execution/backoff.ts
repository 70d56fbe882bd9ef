import type { Duration, Ms } from '../contract/index.js';
import { millisecondsOf } from '../errors/index.js';
import type { RetryRules } from './ports.js';

/**
 * How long to wait after a failed attempt.
 *
 * `fixed`: `delay`; `linear`: `delay × attempt`; `exponential`: `delay × 2^(attempt - 1)`; each at most `maxDelay`. Jitter
 * takes a random moment of the upper half (the "equal jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
 * so that a wait never collapses to nothing. A custom backoff is capped and not jittered.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param random gives 0 (included) to 1 (excluded); a test brings its own
 * @returns whole milliseconds, 0 or more
 */
export function backoffDelay(
  attempt: number,
  error: unknown,
  rules: RetryRules,
  random: () => number = Math.random,
): Ms {
  if (typeof rules.backoff === 'function') {
    return Math.min(rules.maxDelay, readDuration(rules.backoff(attempt, error), rules.delay));
  }
  const full = Math.min(rules.maxDelay, base(rules.backoff, attempt, rules.delay));
  return Math.round(rules.jitter ? full / 2 + (random() * full) / 2 : full);
}

function base(kind: 'fixed' | 'linear' | 'exponential', attempt: number, delay: Ms): Ms {
  switch (kind) {
    case 'fixed':
      return delay;
    case 'linear':
      return delay * attempt;
    case 'exponential':
      // 2^1023 is the last power that a double holds.
      return delay * 2 ** Math.min(attempt - 1, 1_023);
  }
}

/**
 * Milliseconds of a duration that a user's code gave while a job ran. One that makes no sense must not lose the job: the
 * fallback serves instead.
 */
export function readDuration(value: Duration, fallback: Ms): Ms {
  const read = millisecondsOf(value);
  return read === undefined ? fallback : Math.round(read);
}
