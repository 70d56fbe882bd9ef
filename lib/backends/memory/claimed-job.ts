import type { ClaimedExtra, ClaimedJob, Payload, Receipt } from '../../contract/index.js';
import type { JobRun } from './job-run.js';
import type { JobRarities } from './job-rarities.js';
import { ownPayload } from './own-payload.js';
import { parentOutcome } from './parent-outcome.js';

/** A job as its worker gets it. */
export function claimedJob(run: JobRun): ClaimedJob {
  const { entry } = run;
  const { kind, rare } = entry;
  return {
    queue: entry.queue.name,
    id: entry.id,
    receipt: run as unknown as Receipt,
    name: kind.name,
    payload: handedPayload(entry.payload),
    codec: kind.codec,
    priority: entry.priority,
    attempt: run.attempt,
    maxRetries: kind.maxRetries,
    stalls: run.stalls,
    timeout: kind.timeout,
    fence: String(run.fence),
    createdAt: entry.queue.epoch + entry.createdAt,
    maxStalled: kind.maxStalled,
    version: kind.version,
    extra: rare === undefined ? undefined : claimedExtra(rare),
  };
}

/** Bytes are copied. A text cannot be changed, and is not even looked at: among a million jobs that look misses every cache. */
function handedPayload(payload: Payload | undefined): Payload | undefined {
  return typeof payload === 'string' ? payload : ownPayload(payload);
}

function claimedExtra(rare: JobRarities): ClaimedExtra | undefined {
  const { key, headers, checkpoint, links, signals, replays } = rare;
  if (
    key === undefined &&
    headers === undefined &&
    checkpoint === undefined &&
    links === undefined &&
    signals === undefined &&
    replays === 0
  ) {
    return undefined;
  }
  return {
    key,
    headers,
    checkpoint: ownPayload(checkpoint),
    parents: links?.parents.map((link) => parentOutcome(link, links.policy)),
    signals: signals?.toRecord(),
    replays,
  };
}
