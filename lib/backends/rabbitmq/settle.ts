import type { Claim, ErrorRecord, Ms, Settlement, Verdict } from '../../contract/index.js';
import { abandon } from './abandon.js';
import { publishSpawned } from './enqueue.js';
import { Hold } from './hold.js';
import type { MessageJob } from './message.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { release } from './release.js';

/** What the ledger is told: its own receipts, and jobs of this backend marked as such. */
export function toLedger(settlements: readonly Settlement[]): Settlement[] {
  return settlements.map((settlement) => ({
    ...settlement,
    receipt: Hold.of(settlement.receipt).job.receipt,
    ...(settlement.enqueue && { enqueue: settlement.enqueue.map((job) => ({ ...job, external: true })) }),
  }));
}

/**
 * The ledger has spoken: messages of settled jobs are acknowledged, and what the broker has to know of goes there before. Between the two nothing
 * is lost: a message that comes again finds the job settled.
 */
export async function concludeSettlements(
  parts: RabbitMqParts,
  settlements: readonly Settlement[],
  { verdicts, refused = [] }: Claim,
): Promise<void> {
  const steps: Promise<unknown>[] = [];
  settlements.forEach((settlement, place) => {
    const hold = Hold.of(settlement.receipt);
    const verdict = verdicts[place] as Verdict;
    if (verdict === 'applied') {
      const gone = new Set(refused.filter((one) => one.settlement === place).map((one) => one.place));
      const spawned = settlement.enqueue?.filter((_, index) => !gone.has(index)) ?? [];
      if (spawned.length > 0) steps.push(publishSpawned(parts, spawned));
      const step = applied(parts, hold, settlement);
      if (step !== undefined) steps.push(step);
    } else if (verdict === 'stale') steps.push(abandon(parts, [hold]));
    else release(parts, hold);
  });
  if (steps.length > 0) await Promise.all(steps);
  parts.broker.intake.flush();
  // What waits here for a slot of its queue may have one now.
  for (const queue of new Set(settlements.map(({ receipt }) => Hold.of(receipt).job.queue))) {
    const feed = parts.broker.intake.feed(queue);
    if (feed.buffer.length > 0) feed.tell();
  }
}

function applied(parts: RabbitMqParts, hold: Hold, { outcome }: Settlement): Promise<unknown> | undefined {
  const { loose, pump } = parts;
  const { queue, id, fence } = hold.job;
  switch (outcome.kind) {
    case 'completed':
    case 'cancelled':
      loose?.finished(queue, id);
      return release(parts, hold) as undefined;
    case 'failed': {
      const copied = bury(parts, hold, outcome.error);
      if (loose !== undefined) return buried(parts, hold, copied);
      // The ledger keeps it: what else was settled waits for no copy, which a broker that is short of memory takes when it is not any more.
      parts.inBackground(copied);
      return release(parts, hold) as undefined;
    }
    case 'retry':
      return (
        (loose && moved(parts, hold, outcome.in, outcome.countAttempt ?? true)) ||
        (release(parts, hold) as undefined)
      );
    case 'released': {
      const isPlain = outcome.in === undefined && outcome.awaits === undefined;
      if (isPlain && hold.delivery?.isLive === true && (!outcome.countAttempt || loose === undefined)) {
        // The message goes back to its place, and needs no publishing.
        pump.report({ queue, id, fence });
        loose?.sent(queue, id);
        return release(parts, hold, true) as undefined;
      }
      return (
        (loose && moved(parts, hold, outcome.in ?? 0, outcome.countAttempt)) ||
        (release(parts, hold) as undefined)
      );
    }
  }
}

async function bury(parts: RabbitMqParts, hold: Hold, error: ErrorRecord): Promise<void> {
  const { broker, keepDead, warn } = parts;
  const { queue, id, attempt } = hold.job;
  const outcome = await broker
    .bury(messageJobOf(hold), { attempt, redeliveries: 0 }, error, keepDead(queue))
    .catch(() => 'not-sent' as const);
  if (outcome !== 'confirmed') warn(`the copy of dead letter ${id} did not reach the broker (${outcome})`);
}

/** No other process knows of it but by its copy: the message is acknowledged after. */
async function buried(parts: RabbitMqParts, hold: Hold, copied: Promise<void>): Promise<void> {
  await copied;
  parts.loose?.finished(hold.job.queue, hold.job.id);
  release(parts, hold);
}

/** No other process knows that it is to run again: the broker is told by a copy, before the message is acknowledged. */
async function moved(parts: RabbitMqParts, hold: Hold, delay: Ms, isCounted: boolean): Promise<void> {
  const { broker, loose } = parts;
  const { queue, id, attempt } = hold.job;
  const { redeliveries = 0 } = loose?.historyOf(queue, id) ?? {};
  const history = { attempt: isCounted ? attempt : attempt - 1, redeliveries };
  const [outcome] = await broker
    .publish([{ job: messageJobOf(hold), history, delay }])
    .catch(() => ['not-sent' as const]);
  if (outcome === 'confirmed') loose?.sent(queue, id);
  // Else the message goes back: it may come too early, and the pump publishes the job when it is due.
  release(parts, hold, outcome !== 'confirmed');
}

export function messageJobOf({ job }: Hold): MessageJob {
  return { ...job, headers: job.extra?.headers };
}
