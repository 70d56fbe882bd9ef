import type { Ms, QueueStatus } from '../contract/index.js';
import type { ResolvedThresholds } from './health-options.js';
import { type HealthStatus, type QueueHealth, worstOf } from './task-health.js';

/** What a queue's numbers mean. @param now by which its age is told; undefined where its age is not known */
export function queueVerdict(
  backend: string,
  { counts, isPaused, readySince }: QueueStatus,
  limits: ResolvedThresholds,
  now: number | undefined,
): QueueHealth {
  const oldestAge =
    readySince === undefined || now === undefined ? 0 : Math.max(0, Math.round(now - readySince));
  const found = [
    over(oldestAge, limits.downAge, 'down', tooOld),
    over(oldestAge, limits.degradedAge, 'degraded', tooOld),
    over(counts.pending, limits.downDepth, 'down', tooMany),
    over(counts.pending, limits.degradedDepth, 'degraded', tooMany),
  ].flat();
  return {
    status: worstOf(found.map(({ status }) => status)),
    reasons: found.map(({ reason }) => reason),
    backend,
    pending: counts.pending,
    running: counts.running,
    deadLetters: counts.failed,
    isPaused,
    ...(now === undefined ? {} : { oldestAge }),
  };
}

function over(
  value: number,
  limit: number,
  status: HealthStatus,
  tell: (value: number, limit: number) => string,
) {
  return value > limit ? [{ status, reason: tell(value, limit) }] : [];
}

const seconds = (ms: Ms): string => `${Math.round(ms / 100) / 10} s`;
const tooOld = (age: Ms, limit: Ms): string =>
  `the oldest ready job waits for ${seconds(age)}, longer than ${seconds(limit)}`;
const tooMany = (jobs: number, limit: number): string => `${jobs} jobs are pending, more than ${limit}`;
