import {
  type AttemptFailure,
  isFinished,
  type JobRecord,
  type JobRef,
  type PendingReason,
} from '../../contract/index.js';
import { unpackError } from '../stored-error.js';
import { fromText } from './job-text.js';
import { fromBound, fromHeaders } from './job-words.js';
import { fromProgressText } from './progress-text.js';
import type { QueueNames } from './queue-names.js';
import { stateOf } from './state-codes.js';
import { fromStored } from './stored-payload.js';

/** A row of the view `job_record`. */
export interface RecordRow {
  readonly queue_name: string;
  readonly id: string;
  readonly state: number;
  readonly reason: PendingReason | null;
  readonly priority: number;
  readonly moment: string | null;
  readonly attempt: number;
  readonly stalls: number;
  readonly fence: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly worker: string | null;
  readonly name: string;
  readonly codec: string;
  readonly version: number;
  readonly max_retries: number | null;
  readonly max_stalled: number | null;
  readonly timeout: number | null;
  readonly headers: string | null;
  readonly payload: string | null;
  readonly payload_raw: Buffer | null;
  readonly key: string | null;
  readonly external: boolean | null;
  readonly idempotency_key: string | null;
  readonly unique_key: string | null;
  readonly parents: readonly (readonly [queue: string, id: string])[] | null;
  readonly cancel_reason: string | null;
  readonly awaits: string | null;
  readonly checkpoint: string | null;
  readonly checkpoint_raw: Buffer | null;
  readonly progress: string | null;
  readonly error: string | null;
  readonly failures: readonly string[] | null;
  readonly replays: number;
  readonly result: string | null;
  readonly result_raw: Buffer | null;
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** Makes a record of a row. */
export function jobRecord(row: RecordRow, names: QueueNames): JobRecord {
  const id = fromText(row.id);
  const state = stateOf(row.state);
  const isDueLater = state === 'scheduled' || state === 'retrying';
  const record: Loose<Required<JobRecord>> = {
    queue: names.here(row.queue_name),
    id,
    name: fromText(row.name),
    state,
    reason: row.reason ?? undefined,
    payload: fromStored(row.payload, row.payload_raw),
    codec: fromText(row.codec),
    priority: row.priority,
    maxRetries: fromBound(row.max_retries),
    maxStalled: fromBound(row.max_stalled),
    timeout: row.timeout ?? undefined,
    attempt: row.attempt,
    stalls: row.stalls,
    fence: row.fence,
    createdAt: Number(row.created_at),
    dueAt: isDueLater ? momentOf(row.moment) : undefined,
    startedAt: momentOf(row.started_at),
    finishedAt: isFinished(state) ? momentOf(row.finished_at) : undefined,
    worker: textOf(row.worker),
    key: textOf(row.key),
    idempotencyKey: textOf(row.idempotency_key),
    uniqueKey: row.unique_key === null ? undefined : givenUniqueKey(fromText(row.unique_key)),
    dependsOn: row.parents?.map(([queue, parent]): JobRef => ({
      queue: names.here(queue),
      id: fromText(parent),
    })),
    awaits: textOf(row.awaits),
    headers: readable(() => fromHeaders(row.headers)),
    error: readable(() => (row.error === null ? undefined : unpackError(row.error, id))),
    failures: readable(() => row.failures?.map((failure) => failureOf(failure, id))),
    cancelReason: textOf(row.cancel_reason),
    result: fromStored(row.result, row.result_raw),
    progress: readable(() => (row.progress === null ? undefined : fromProgressText(row.progress))),
    checkpoint: fromStored(row.checkpoint, row.checkpoint_raw),
    external: row.external === true ? true : undefined,
    replays: row.replays,
    version: row.version,
  };
  return withoutUndefined(record) as JobRecord;
}

/** What another hand has left there is no part of ours: the record is shown without it. */
function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function textOf(kept: string | null): string | undefined {
  return kept === null ? undefined : fromText(kept);
}

function momentOf(kept: string | null): number | undefined {
  return kept === null ? undefined : Number(kept);
}

/** The key that a caller gave, of what it makes together with the name of the task. */
function givenUniqueKey(composite: string): string {
  const colon = composite.indexOf(':');
  return composite.slice(colon + 1 + Number(composite.slice(0, colon)));
}

function failureOf(kept: string, id: string): AttemptFailure {
  const { error, worker, ...failure } = JSON.parse(kept) as Omit<AttemptFailure, 'error' | 'worker'> & {
    readonly error: string;
    readonly worker: string | null;
  };
  return {
    ...failure,
    error: unpackError(error, id),
    ...(worker !== null && { worker: fromText(worker) }),
  };
}

function withoutUndefined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
