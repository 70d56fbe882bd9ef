import type { JobRecord, PendingReason } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { JobRarities } from './job-rarities.js';
import { ownPayload } from './own-payload.js';
import { isFinishedCode, PENDING, RETRYING, SCHEDULED, stateName } from './state-code.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING_RARE: Readonly<JobRarities> = Object.freeze(new JobRarities());

/** Everything that is known of a job, as a copy. */
export function jobRecord(entry: JobEntry): JobRecord {
  const { kind, run, rare = NOTHING_RARE } = entry;
  const { links, unique } = rare;
  const { epoch } = entry.queue;
  const isDueLater = entry.state === SCHEDULED || entry.state === RETRYING;
  const record: Writable<{ [K in keyof JobRecord]: JobRecord[K] | undefined }> = {
    queue: entry.queue.name,
    id: entry.id,
    name: kind.name,
    state: stateName(entry.state),
    reason: reasonOf(entry),
    payload: ownPayload(entry.payload),
    codec: kind.codec,
    priority: entry.priority,
    maxRetries: kind.maxRetries,
    maxStalled: kind.maxStalled,
    timeout: kind.timeout,
    attempt: run?.attempt ?? 0,
    stalls: run?.stalls ?? 0,
    fence: String(run?.fence ?? 0),
    createdAt: epoch + entry.createdAt,
    dueAt: isDueLater ? epoch + entry.moment : undefined,
    startedAt: run && epoch + run.claim.startedAt,
    finishedAt: isFinishedCode(entry.state) ? epoch + entry.moment : undefined,
    worker: run?.claim.worker,
    key: rare.key,
    idempotencyKey: rare.idempotency?.key,
    uniqueKey: unique?.key,
    dependsOn: links?.parents.map(({ queue, id }) => ({ queue, id })),
    awaits: rare.awaits,
    headers: rare.headers && { ...rare.headers },
    error: rare.error,
    failures: rare.failures?.slice(),
    cancelReason: rare.cancelReason,
    result: ownPayload(rare.result),
    progress: rare.progress,
    checkpoint: ownPayload(rare.checkpoint),
    external: rare.external ? true : undefined,
    replays: rare.replays,
    version: kind.version,
  };
  return withoutUndefined(record) as JobRecord;
}

function reasonOf(entry: JobEntry): PendingReason | undefined {
  const { queue, rare } = entry;
  if (entry.state !== PENDING) return undefined;
  if (rare?.parked === true) return queue.keys?.reasonOf(rare.key as string);
  return queue.isPaused ? 'paused' : undefined;
}

function withoutUndefined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
