import type { ClaimedExtra, ClaimedJob, Receipt } from '../../contract/index.js';
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
    payload: ownPayload(entry.payload),
    codec: kind.codec,
    priority: entry.priority,
    attempt: run.attempt,
    maxRetries: kind.maxRetries,
    stalls: run.stalls,
    timeout: kind.timeout,
    fence: String(run.fence),
    createdAt: entry.createdAt,
    extra: rare === undefined ? undefined : claimedExtra(rare),
  };
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
