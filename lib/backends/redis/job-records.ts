import type { JobRecord, PendingReason } from '../../contract/index.js';
import { isFinished } from '../../contract/index.js';
import type { Envelopes } from './envelope.js';
import { givenUniqueKey } from './job-words.js';
import { unpackId } from './packed-id.js';
import { unpackPayload } from './packed-payload.js';
import type { QueueKeys } from './queue-keys.js';
import { readRare, textIn, unpackProgress } from './rare-part.js';
import { stateOf } from './state-letters.js';
import { unpackError } from '../stored-error.js';
import { unpackFailures } from './stored-failures.js';
import { readToken } from './token.js';

/** A record as scripts give it; nothing when there is no such job. */
export type PackedRecord = Buffer | PackedJob;

type PackedJob = readonly [
  state: Buffer,
  score: Buffer,
  reason: Buffer,
  envelope: Buffer,
  token: Buffer,
  result: Buffer,
  rare: readonly Buffer[] | Buffer,
  id: Buffer,
];

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** Makes records of what scripts give. */
export class JobRecords {
  constructor(
    private readonly envelopes: Envelopes,
    private readonly keys: QueueKeys,
  ) {}

  read(queue: string, packed: PackedRecord): JobRecord | undefined {
    if (!isJob(packed)) return undefined;
    const [letter, score, reason, stored, token, result, flat, packedId] = packed;
    const state = stateOf(letter.toString());
    const id = unpackId(packedId.toString());
    const envelope = this.envelopes.read(stored);
    const rare = readRare(Buffer.isBuffer(flat) ? [] : flat);
    const run = token.length === 0 ? undefined : readToken(token.toString());
    const isDueLater = state === 'scheduled' || state === 'retrying';
    const unique = textIn(rare, 'unique');
    const error = textIn(rare, 'error');
    const progress = textIn(rare, 'progress');
    const checkpoint = rare.get('checkpoint');
    const record: Loose<Required<JobRecord>> = {
      queue,
      id,
      name: envelope.name,
      state,
      reason: reason.length === 0 ? undefined : (reason.toString() as PendingReason),
      payload: envelope.payload,
      codec: envelope.codec,
      priority: envelope.priority,
      maxRetries: envelope.maxRetries,
      maxStalled: envelope.maxStalled,
      timeout: envelope.timeout,
      attempt: run?.attempt ?? 0,
      stalls: run?.stalls ?? 0,
      fence: run?.fence ?? '0',
      createdAt: envelope.createdAt,
      dueAt: isDueLater ? Number(score.toString()) : undefined,
      startedAt: run?.startedAt,
      finishedAt: isFinished(state) ? Number(score.toString()) : undefined,
      worker: run?.worker,
      key: textIn(rare, 'key'),
      idempotencyKey: textIn(rare, 'idempotencyKey'),
      uniqueKey: unique === undefined ? undefined : givenUniqueKey(unique),
      dependsOn: this.parentsIn(rare),
      awaits: textIn(rare, 'awaits'),
      headers: envelope.headers,
      error: error === undefined ? undefined : unpackError(error, id),
      failures: unpackFailures(rare, id),
      cancelReason: textIn(rare, 'cancelReason'),
      result: unpackPayload(result),
      progress: progress === undefined ? undefined : unpackProgress(progress),
      checkpoint: checkpoint && unpackPayload(checkpoint),
      external: rare.has('external') ? true : undefined,
      replays: Number(textIn(rare, 'replays') ?? 0),
      version: envelope.version,
    };
    return withoutUndefined(record) as JobRecord;
  }

  private parentsIn(rare: ReadonlyMap<string, Buffer>): JobRecord['dependsOn'] {
    return textIn(rare, 'parents')
      ?.split('\n')
      .map((line) => {
        const [queue = '', id = ''] = line.split('\u0001');
        return { queue: this.keys.here(queue), id: unpackId(id) };
      });
  }
}

function isJob(packed: PackedRecord): packed is PackedJob {
  return Array.isArray(packed);
}

function withoutUndefined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
