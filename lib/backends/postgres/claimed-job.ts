import type { ClaimedExtra, ClaimedJob, ParentOutcome, Receipt, SignalValue } from '../../contract/index.js';
import { unpackError } from '../stored-error.js';
import type { ClaimSummary } from './claim-summary.js';
import { fromText } from './job-text.js';
import { fromBound, fromHeaders } from './job-words.js';
import { PostgresReceipt } from './postgres-receipt.js';
import type { QueueNames } from './queue-names.js';
import { fromSignalText } from './signal-text.js';
import { finishedState } from './state-codes.js';
import { fromStored, fromStoredJson } from './stored-payload.js';

/** A row of `claim`: a job, or what it tells besides. Null: as usual, or as the summary says. */
export interface ClaimRow {
  readonly summary: ClaimSummary | null;
  readonly queue: string | null;
  readonly queue_id: number | null;
  readonly id: string;
  readonly name: string;
  readonly codec: string | null;
  readonly version: number | null;
  readonly priority: number | null;
  readonly attempt: number | null;
  readonly max_retries: number | null;
  readonly stalls: number | null;
  readonly max_stalled: number | null;
  readonly timeout: number | null;
  readonly fence: string | null;
  readonly created_at: string;
  readonly payload: string | null;
  readonly payload_raw: Buffer | null;
  readonly is_rare: boolean | null;
  readonly extra: ExtraJson | null;
  /** Where it stood in the line of its priority. */
  readonly place: string;
}

/** What null stands for in a claimed row, as the statements that claim have it. */
export const USUAL = {
  codec: 'json',
  version: 1,
  priority: 5,
  attempt: 1,
  maxRetries: 3,
  stalls: 0,
  maxStalled: 3,
  timeout: 300_000,
} as const;

interface ExtraJson {
  readonly key: string | null;
  readonly headers: string | null;
  readonly checkpoint: string | null;
  readonly checkpoint_raw: string | null;
  readonly policy: string | null;
  readonly signals: Readonly<Record<string, string>> | null;
  readonly replays: number;
  readonly parents: readonly OutcomeJson[] | null;
}

interface OutcomeJson {
  readonly queue: string;
  readonly id: string;
  readonly state: number;
  readonly name: string | null;
  readonly codec: string | null;
  readonly result: string | null;
  readonly result_raw: string | null;
  readonly error: string | null;
}

/** What a job is called of which another hand has left what nobody can read: nobody can run it, and it becomes a dead letter. */
const UNREADABLE = 'unreadable';

/**
 * A job as its worker gets it. One that cannot be read does not take those along that were claimed with it.
 *
 * @param from of the summary that came with it
 */
export function claimedJob(row: ClaimRow, from: ClaimSummary['from'], names: QueueNames): ClaimedJob {
  const job = plainJob(row, from, names);
  if (row.extra === null) return job;
  try {
    return { ...job, extra: claimedExtra(row.extra, names) };
  } catch {
    return { ...job, name: UNREADABLE };
  }
}

function plainJob(row: ClaimRow, from: ClaimSummary['from'], names: QueueNames): ClaimedJob {
  const [firstId = 0, firstName = '', firstFence = ''] = from ?? [];
  const queue = names.here(row.queue ?? firstName);
  const fence = row.fence ?? firstFence;
  const receipt = new PostgresReceipt(queue, row.queue_id ?? firstId, row.id, fence, row.is_rare ?? false);
  const timeout = row.timeout ?? USUAL.timeout;
  return {
    queue,
    id: fromText(row.id),
    receipt: receipt as unknown as Receipt,
    name: fromText(row.name),
    payload: fromStored(row.payload, row.payload_raw),
    codec: row.codec === null ? USUAL.codec : fromText(row.codec),
    priority: row.priority ?? USUAL.priority,
    attempt: row.attempt ?? USUAL.attempt,
    maxRetries: boundOf(row.max_retries, USUAL.maxRetries),
    stalls: row.stalls ?? USUAL.stalls,
    timeout: timeout === NONE ? undefined : timeout,
    fence,
    createdAt: Number(row.created_at),
    maxStalled: boundOf(row.max_stalled, USUAL.maxStalled),
    version: row.version ?? USUAL.version,
    extra: undefined,
  };
}

/** Where null stands for what is USUAL. */
const NONE = -1;
const boundOf = (bound: number | null, asUsual: number): number =>
  fromBound(bound === NONE ? null : (bound ?? asUsual));

function claimedExtra(extra: ExtraJson, names: QueueNames): ClaimedExtra {
  const { policy, key } = extra;
  return {
    key: key === null ? undefined : fromText(key),
    headers: fromHeaders(extra.headers),
    checkpoint: fromStoredJson(extra.checkpoint, extra.checkpoint_raw),
    parents:
      policy === null ? undefined : (extra.parents ?? []).map((parent) => outcomeOf(parent, policy, names)),
    signals: extra.signals === null ? undefined : signalsOf(extra.signals),
    replays: extra.replays,
  };
}

function signalsOf(kept: Readonly<Record<string, string>>): Record<string, SignalValue> {
  const signals = Object.entries(kept).map(([name, value]) => [fromText(name), fromSignalText(value)]);
  return Object.fromEntries(signals) as Record<string, SignalValue>;
}

function outcomeOf(parent: OutcomeJson, policy: string, names: QueueNames): ParentOutcome {
  const id = fromText(parent.id);
  const state = finishedState(parent.state);
  const outcome = { queue: names.here(parent.queue), id, state };
  if (parent.name === null) return outcome;
  const known = { ...outcome, name: fromText(parent.name) };
  const result = fromStoredJson(parent.result, parent.result_raw);
  if (state === 'completed' && result !== undefined && parent.codec !== null)
    return { ...known, codec: fromText(parent.codec), result };
  if (state === 'failed' && policy === 'continue' && parent.error !== null)
    return { ...known, error: unpackError(parent.error, id) };
  return known;
}
