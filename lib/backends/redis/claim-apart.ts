import type { Claim, ClaimRequest, Settlement, Take, Verdict } from '../../contract/index.js';
import { allSettled, earliest } from './by-queue.js';
import { claimTogether } from './claim.js';
import type { ClaimedJobs } from './claimed-job.js';
import type { QueueParts } from './queue-parts.js';
import { receiptOf } from './redis-receipt.js';

interface Part {
  readonly queue: string;
  readonly take: readonly Take[];
  /** Places of its settlements in the request. */
  readonly places: readonly number[];
}

/**
 * A claim on a cluster: one call a queue, each as atomic as it would be alone. What is only settled comes first, all at once;
 * then the queues to take from, one after the other where the request has a maximum over all of them.
 */
export async function claimApart(
  parts: QueueParts,
  claimed: ClaimedJobs,
  request: ClaimRequest,
): Promise<Claim> {
  const { settle = [], take, max } = request;
  const places = settlementsByQueue(settle);
  const taken = new Set(take.map(({ queue }) => queue));
  const settleOnly = [...places].flatMap(([queue, own]) =>
    taken.has(queue) ? [] : [{ queue, take: [], places: own }],
  );
  const taking = take.map((one, order) => {
    const isFirst = take.findIndex(({ queue }) => queue === one.queue) === order;
    return { queue: one.queue, take: [one], places: isFirst ? (places.get(one.queue) ?? []) : [] };
  });

  const sheet = new ClaimSheet(settle);
  const claim = async (part: Part, limit?: number): Promise<Claim> => {
    const own = part.places.map((place) => settle[place] as Settlement);
    const answer = await claimTogether(parts, claimed, {
      ...request,
      take: part.take,
      settle: own,
      max: limit,
    });
    sheet.note(part, answer);
    return answer;
  };
  await allSettled(settleOnly.map((part) => claim(part)));
  if (max === undefined) {
    await allSettled(taking.map((part) => claim(part)));
  } else {
    let left = max;
    for (const part of taking) left -= (await claim(part, left)).jobs.length;
  }
  return sheet.claim(taking.map(({ take: [one] }) => one as Take));
}

/** What has been answered of a claim so far. */
class ClaimSheet {
  private readonly answers = new Map<Part, Claim>();
  private readonly verdicts: Verdict[];

  constructor(settle: readonly Settlement[]) {
    this.verdicts = settle.map(() => 'unknown');
  }

  note(part: Part, answer: Claim): void {
    this.answers.set(part, answer);
    part.places.forEach((place, n) => (this.verdicts[place] = answer.verdicts[n] as Verdict));
  }

  /** @param order The jobs come in the order in which their queues were named. */
  claim(order: readonly Take[]): Claim {
    const all = [...this.answers].toSorted(([one], [other]) => placeOf(order, one) - placeOf(order, other));
    const limited = all.flatMap(([, answer]) => answer.limited ?? []);
    const ended = all.flatMap(([, answer]) => answer.ended ?? []);
    const refused = all.flatMap(([{ places }, answer]) =>
      (answer.refused ?? []).map((one) => ({ ...one, settlement: places[one.settlement] as number })),
    );
    return {
      jobs: all.flatMap(([, answer]) => answer.jobs),
      verdicts: this.verdicts,
      nextInMs: earliest(all.map(([, answer]) => answer.nextInMs)),
      limited: limited.length === 0 ? undefined : limited,
      ended: ended.length === 0 ? undefined : ended,
      refused: refused.length === 0 ? undefined : refused,
    };
  }
}

function placeOf(order: readonly Take[], { take }: Part): number {
  const [one] = take;
  return one === undefined ? -1 : order.indexOf(one);
}

/** What is no receipt of ours belongs to no queue, and is unknown. */
function settlementsByQueue(settle: readonly Settlement[]): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  settle.forEach(({ receipt }, place) => {
    const queue = receiptOf(receipt)?.queue;
    if (queue === undefined) return;
    const own = places.get(queue);
    if (own === undefined) places.set(queue, [place]);
    else own.push(place);
  });
  return places;
}
