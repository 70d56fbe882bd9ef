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
import type { SqlValues } from './sql-driver.js';
import type { SqlStatement } from './sql-statement.js';

/** The largest number that the server takes for a limit. */
const MOST = 2_147_483_647;

/** Settles, then takes, in one statement. */
export async function claimJobs(
  parts: QueueParts,
  { worker, lease, take, max, settle = [], tx }: ClaimRequest,
): Promise<Claim> {
  if (tx !== undefined && take.every(({ limit }) => limit === 0)) {
    return { jobs: [], ...(await settleWithin(parts, settle, tx)) };
  }
  const { calls, names, trimmer } = parts;
  const batch = new SettleBatch(settle, names);
  for (const queue of batch.queueIds) trimmer.settledOn(queue);
  const queues = [...batch.queues, ...take.map(({ queue }) => queue)];
  const { statement, values } = callOf(parts, { worker, lease, take, max, tx }, batch);
  const rows = await calls.rows<ClaimRow>(statement, queues, values, tx);
  const summary = rows.pop()?.summary ?? {};
  return { ...claimOf(rows, summary, names), verdicts: batch.read(summary), refused: batch.refused(summary) };
}

/** @param rows without the last, which is the summary */
export function claimOf(rows: readonly ClaimRow[], summary: ClaimSummary, names: QueueNames): Claim {
  return {
    jobs: inLine(rows).map((row) => claimedJob(row, summary.from, names)),
    verdicts: [],
    nextInMs: summary.next,
    limited: summary.limited?.map((one) => limitedOf(one, names)),
    ended: endedJobs(summary.ended, names),
  };
}

/** The narrower statement, where one queue is asked and nothing is settled but plain completions. */
function callOf(
  { names, statements }: QueueParts,
  { worker, lease, take, max, tx }: Omit<ClaimRequest, 'settle'>,
  batch: SettleBatch,
): { readonly statement: SqlStatement; readonly values: SqlValues } {
  const isOwn = tx === undefined;
  const [one] = take;
  if (one !== undefined && take.length === 1 && one.limit > 0 && one.ids === undefined && batch.isBare) {
    const limit = Math.min(one.limit, max ?? one.limit, MOST);
    const values = [toText(worker), lease, ...batch.completed, names.inStore(one.queue), limit, isOwn];
    return { statement: statements.claimOne, values };
  }
  const takes = take.map(({ queue, limit, ids }) => ({
    queue: names.inStore(queue),
    limit,
    ids: ids?.map(toText),
  }));
  const values = [
    toText(worker),
    lease,
    max ?? null,
    ...batch.completed,
    batch.rest,
    JSON.stringify(takes),
    isOwn,
  ];
  return { statement: statements.claim, values };
}

function limitedOf(
  [queue, by, retryInMs]: NonNullable<ClaimSummary['limited']>[number],
  names: QueueNames,
): Limited {
  const limited = { queue: names.here(queue), by };
  return retryInMs === null ? limited : { ...limited, retryInMs };
}
