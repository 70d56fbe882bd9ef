import type { EndedJob } from '../../contract/index.js';
import type { QueueParts } from './queue-parts.js';
import { unpackId } from './packed-id.js';
import { unpackError } from '../stored-error.js';
import { readToken } from './token.js';

/** What a script tells of a job that ended inside the store. */
export type PackedEnding = readonly [
  queue: Buffer,
  id: Buffer,
  kind: Buffer,
  token: Buffer,
  error: Buffer,
  cancelReason: Buffer,
];

export function endedJobs(
  { envelopes, keys }: QueueParts,
  packed: readonly PackedEnding[],
): readonly EndedJob[] | undefined {
  if (packed.length === 0) return undefined;
  return packed.map(([queue, packedId, kind, token, error, reason]) => {
    const id = unpackId(packedId.toString());
    const run = token.length === 0 ? undefined : readToken(token.toString());
    return {
      queue: keys.here(queue.toString()),
      id,
      name: envelopes.nameIn(kind.toString()),
      attempt: run?.attempt ?? 0,
      worker: run?.worker,
      error: error.length === 0 ? undefined : unpackError(error.toString(), id),
      cancelReason: error.length > 0 || reason.length === 0 ? undefined : reason.toString(),
    };
  });
}
