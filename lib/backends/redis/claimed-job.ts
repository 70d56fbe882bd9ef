import type { ClaimedExtra, ClaimedJob, ParentOutcome, Receipt } from '../../contract/index.js';
import type { Envelopes } from './envelope.js';
import { PACKED_LENGTH, unpackId } from './packed-id.js';
import { unpackPayload } from './packed-payload.js';
import type { QueueKeys } from './queue-keys.js';
import { readRare, signalsIn, textIn } from './rare-part.js';
import { RedisReceipt } from './redis-receipt.js';
import { stateOf } from './state-letters.js';
import { unpackError } from '../stored-error.js';
import { readToken, type RunNumbers } from './token.js';

/** The jobs that a claim took from one queue, as the script gives them. */
export type TakenJobs = readonly [
  queue: Buffer,
  /** Joined where all of them are packed. */
  ids: Buffer | readonly Buffer[],
  /** Runs of equal tokens: token and length in turn. */
  tokens: readonly (Buffer | number)[],
  envelopes: readonly Buffer[],
  extras: readonly (readonly [place: number, rare: readonly Buffer[], parents: readonly PackedOutcome[]])[],
];

type PackedOutcome = readonly [
  queue: Buffer,
  id: Buffer,
  state: Buffer,
  envelope: Buffer,
  result: Buffer,
  error: Buffer,
];

/** Makes of what a claim took what a worker needs. */
export class ClaimedJobs {
  constructor(
    private readonly envelopes: Envelopes,
    private readonly keys: QueueKeys,
  ) {}

  read([queueName, ids, tokens, envelopes, extras]: TakenJobs): ClaimedJob[] {
    const queue = this.keys.here(queueName.toString());
    const extraOf = new Map(extras.map(([place, rare, parents]) => [place, { rare, parents }]));
    const jobs: ClaimedJob[] = [];
    let place = 0;
    for (let run = 0; run < tokens.length; run += 2) {
      const token = (tokens[run] as Buffer).toString();
      const numbers = readToken(token);
      for (let left = tokens[run + 1] as number; left > 0; left--, place++) {
        const envelope = envelopes[place] as Buffer;
        // Its record is gone, by whatever hand: nothing is left to run.
        if (envelope.length === 0) continue;
        const receipt = new RedisReceipt(queue, idAt(ids, place), token);
        jobs.push(this.job(receipt, numbers, envelope, extraOf.get(place)));
      }
    }
    return jobs;
  }

  private job(
    receipt: RedisReceipt,
    { attempt, stalls, fence }: RunNumbers,
    stored: Buffer,
    more: { readonly rare: readonly Buffer[]; readonly parents: readonly PackedOutcome[] } | undefined,
  ): ClaimedJob {
    const envelope = this.envelopes.read(stored);
    const { headers } = envelope;
    return {
      queue: receipt.queue,
      id: unpackId(receipt.id),
      receipt: receipt as unknown as Receipt,
      name: envelope.name,
      payload: envelope.payload,
      codec: envelope.codec,
      priority: envelope.priority,
      attempt,
      maxRetries: envelope.maxRetries,
      stalls,
      timeout: envelope.timeout,
      fence,
      createdAt: envelope.createdAt,
      maxStalled: envelope.maxStalled,
      version: envelope.version,
      extra:
        more === undefined && headers === undefined
          ? undefined
          : this.extra(headers, more?.rare ?? [], more?.parents ?? []),
    };
  }

  private extra(
    headers: ClaimedExtra['headers'],
    flat: readonly Buffer[],
    outcomes: readonly PackedOutcome[],
  ): ClaimedExtra | undefined {
    const rare = readRare(flat);
    const checkpoint = rare.get('checkpoint');
    const policy = textIn(rare, 'policy');
    return {
      key: textIn(rare, 'key'),
      headers,
      checkpoint: checkpoint && unpackPayload(checkpoint),
      parents: policy === undefined ? undefined : outcomes.map((outcome) => this.outcome(outcome, policy)),
      signals: signalsIn(rare),
      replays: Number(textIn(rare, 'replays') ?? 0),
    };
  }

  private outcome(
    [queue, packedId, letter, envelope, result, error]: PackedOutcome,
    policy: string,
  ): ParentOutcome {
    const id = unpackId(packedId.toString());
    const state = stateOf(letter.toString()) as ParentOutcome['state'];
    const outcome = { queue: this.keys.here(queue.toString()), id, state };
    if (envelope.length === 0) return outcome;
    const { name, codec } = this.envelopes.read(envelope);
    const known = { ...outcome, name };
    const payload = unpackPayload(result);
    if (state === 'completed' && payload !== undefined) return { ...known, codec, result: payload };
    if (state === 'failed' && policy === 'continue' && error.length > 0) {
      return { ...known, error: unpackError(error.toString(), id) };
    }
    return known;
  }
}

function idAt(ids: TakenJobs[1], place: number): string {
  if (!Buffer.isBuffer(ids)) return (ids[place] as Buffer).toString();
  return ids.toString('utf8', place * PACKED_LENGTH, (place + 1) * PACKED_LENGTH);
}
