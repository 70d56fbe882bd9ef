import type { Claim, ClaimRequest, Limited } from '../../contract/index.js';
import type { ClaimSummary } from './claim-summary.js';
import { claimedJob, type ClaimRow } from './claimed-job.js';
import { endedJobs } from './ended-job.js';
import { inLine } from './in-line.js';
import { toText } from './job-text.js';
import type { QueueNames } from './queue-names.js';
import type { QueueParts } from './queue-parts.js';
import { SettleBatch } from './settle-batch.js';
import { settleWithin } from './settle-within.js';

/** Settles, then takes, in one statement. */
export async function claimJobs(
  parts: QueueParts,
  { worker, lease, take, max, settle = [], tx }: ClaimRequest,
): Promise<Claim> {
  if (tx !== undefined && take.every(({ limit }) => limit === 0)) {
    return { jobs: [], ...(await settleWithin(parts, settle, tx)) };
  }
  const { calls, names, statements, trimmer } = parts;
  const batch = new SettleBatch(settle, names);
  for (const queue of batch.queueIds) trimmer.settledOn(queue);
  const queues = [...batch.queues, ...take.map(({ queue }) => queue)];
  const takes = take.map(({ queue, limit, ids }) => ({
    queue: names.inStore(queue),
    limit,
    ids: ids?.map(toText),
  }));
  const values = [
    toText(worker),
    lease,
    max ?? null,
    ...batch.values,
    JSON.stringify(takes),
    tx === undefined,
  ];
  const rows = await calls.rows<ClaimRow>(statements.claim, queues, values, tx);
  const summary = rows.pop()?.summary ?? {};
  return {
    jobs: inLine(rows).map((row) => claimedJob(row, names)),
    verdicts: batch.read(summary),
    nextInMs: summary.next,
    limited: summary.limited?.map((one) => limitedOf(one, names)),
    ended: endedJobs(summary.ended, names),
    refused: batch.refused(summary),
  };
}

function limitedOf(
  [queue, by, retryInMs]: NonNullable<ClaimSummary['limited']>[number],
  names: QueueNames,
): Limited {
  const limited = { queue: names.here(queue), by };
  return retryInMs === null ? limited : { ...limited, retryInMs };
}
