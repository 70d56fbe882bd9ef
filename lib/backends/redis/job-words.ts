import type { NewJob } from '../../contract/index.js';
import { packId } from './packed-id.js';
import type { QueueKeys } from './queue-keys.js';

/** Places in the line that a job of weight 1 takes, as scripts have it. */
const SHARE = 64;

/** Whether a job has nothing but what every job has, and is taken as new. */
export function isPlain(job: NewJob): boolean {
  return (
    job.repeat !== true &&
    !(job.delay !== undefined && job.delay > 0) &&
    job.dueAt === undefined &&
    job.key === undefined &&
    job.idempotency === undefined &&
    job.unique === undefined &&
    job.dependsOn === undefined &&
    job.external !== true
  );
}

/** What a job has beyond a plain one, as words in pairs. */
export function jobWords(job: NewJob, keys: QueueKeys): string[] {
  const { delay, dueAt, key, weight, idempotency, unique, dependsOn } = job;
  const words: Readonly<Record<string, string | number | undefined>> = {
    delay,
    dueAt,
    repeat: job.repeat === true ? 1 : undefined,
    key,
    share: key === undefined || weight === undefined ? undefined : Math.max(1, Math.round(SHARE / weight)),
    external: job.external === true ? 1 : undefined,
    idempotencyKey: idempotency?.key,
    idempotencyTtl: idempotency && Math.min(idempotency.ttl, Number.MAX_SAFE_INTEGER),
    unique: unique && uniqueKey(job.name, unique.key),
    uniqueMode: unique?.mode,
    window: unique && 'window' in unique ? unique.window : undefined,
    maxWait: unique?.mode === 'debounce' ? unique.maxWait : undefined,
    policy: dependsOn?.onFailure,
    parents: dependsOn?.jobs.map((ref) => keys.address(ref, packId(ref.id))).join('\n'),
  };
  return Object.entries(words).flatMap(([word, value]) => (value === undefined ? [] : [word, String(value)]));
}

/** The length in front keeps `('a', 'bc')` and `('ab', 'c')` apart. */
function uniqueKey(name: string, key: string): string {
  return `${name.length}:${name}${key}`;
}

/** The key that a caller gave. */
export function givenUniqueKey(composite: string): string {
  const colon = composite.indexOf(':');
  return composite.slice(colon + 1 + Number(composite.slice(0, colon)));
}
