import type { Claim, ClaimedJob, ClaimRequest, Ms, Take } from '../../contract/index.js';
import { admit } from './admit.js';
import { ByJob } from './by-job.js';
import type { Delivery } from './delivery.js';
import { Hold } from './hold.js';
import { judgeLeftovers } from './leftovers.js';
import type { QueueFeed } from './queue-feed.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { release } from './release.js';
import { concludeSettlements, toLedger } from './settle.js';

/** Of a second look that failed: what the first has given is claimed all the same. */
const NOTHING: Claim = { jobs: [], verdicts: [] };

/** What one queue's share of a claim has in hand. */
interface Gathered {
  readonly take: Take;
  readonly feed: QueueFeed;
  /** That the ledger had when it was asked. */
  readonly news: number;
  readonly deliveries: readonly Delivery[];
  /** With those that were no jobs of the ledger's. */
  readonly found: readonly Delivery[];
  /** Fetched for this claim alone: what is not taken goes back at once. */
  readonly isFetched: boolean;
  /** There may be more where they came from. */
  readonly isFull: boolean;
}

/** Settles, then claims of the ledger by id what the broker has delivered. */
export async function claimJobs(parts: RabbitMqParts, request: ClaimRequest): Promise<Claim> {
  const { ledger } = parts;
  const { settle = [] } = request;
  if (settle.length > 0 && needsTwoSteps(parts, request)) {
    // Nobody listens: what a settlement lets go has to be published before it can be fetched.
    const first = await ledger.claim({ ...request, take: [], settle: toLedger(settle) });
    await concludeSettlements(parts, settle, first);
    const second = await claimJobs(parts, { ...request, settle: undefined });
    return {
      ...second,
      verdicts: first.verdicts,
      refused: first.refused,
      ended: [...(first.ended ?? []), ...(second.ended ?? [])],
    };
  }
  const { gathered, nextInMs } = await gather(parts, request);
  let claim: Claim;
  try {
    const take = gathered.map(({ take: one, deliveries }) => ({
      queue: one.queue,
      limit: one.limit,
      ids: one.ids ?? deliveries.flatMap(({ id }) => id ?? []),
    }));
    claim = await ledger.claim({ ...request, take, settle: toLedger(settle) });
  } catch (error) {
    for (const { feed, deliveries, isFetched } of gathered) giveBack(feed, deliveries, isFetched);
    throw error;
  }
  const jobs = await receive(parts, claim, gathered);
  if (settle.length > 0) await concludeSettlements(parts, settle, claim);
  parts.broker.intake.flush();
  const answer = { ...claim, jobs, nextInMs: earliest(claim.nextInMs, nextInMs) };
  const more = furtherTakes(gathered, answer);
  const max = left(request, jobs);
  if (more.length === 0 || max === 0) return answer;
  const further = { ...request, take: more, max, settle: undefined };
  const next = await claimJobs(parts, further).catch(() => NOTHING);
  return {
    ...answer,
    jobs: [...jobs, ...next.jobs],
    nextInMs: earliest(answer.nextInMs, next.nextInMs),
    limited: [...(claim.limited ?? []), ...(next.limited ?? [])],
    ended: [...(claim.ended ?? []), ...(next.ended ?? [])],
  };
}

const left = ({ max }: ClaimRequest, jobs: readonly ClaimedJob[]): number | undefined =>
  max === undefined ? undefined : max - jobs.length;

/** Messages came whose jobs cannot run any more: behind them may be others, and those that have been delivered nobody is told of again. */
function furtherTakes(gathered: readonly Gathered[], { jobs, limited = [] }: Claim): Take[] {
  const isDropped = ({ found }: Gathered): boolean => found.some((delivery) => delivery.isDropped);
  if (!gathered.some(isDropped)) return [];
  return gathered.flatMap((one) => {
    const { take, feed, isFetched, isFull } = one;
    const limit = take.limit - jobs.filter(({ queue }) => queue === take.queue).length;
    const isLimited = limited.some(({ queue }) => queue === take.queue);
    const hasMore = isFetched ? isFull && isDropped(one) : feed.buffer.length > 0;
    return hasMore && !isLimited && limit > 0 ? [{ ...take, limit }] : [];
  });
}

const needsTwoSteps = ({ broker, pump }: RabbitMqParts, { take }: ClaimRequest): boolean =>
  take.some(({ queue, limit }) => limit > 0 && !(broker.intake.feed(queue).isServed && pump.serves(queue)));

async function gather(
  parts: RabbitMqParts,
  { take, max = Infinity }: ClaimRequest,
): Promise<{ readonly gathered: readonly Gathered[]; readonly nextInMs: Ms | undefined }> {
  const { broker, pump, loose } = parts;
  const byHand = take
    .filter(({ queue, limit }) => limit > 0 && !pump.serves(queue))
    .map(({ queue }) => queue);
  const nextInMs = byHand.length === 0 ? undefined : await pump.forward(byHand);
  const gathered: Gathered[] = [];
  let left = max;
  for (const one of take) {
    const feed = broker.intake.feed(one.queue);
    const limit = one.ids === undefined ? Math.min(one.limit, left) : 0;
    const isFetched = !feed.isServed;
    let found: Delivery[] = [];
    let deliveries: readonly Delivery[];
    try {
      if (isFetched && limit > 0) await broker.topology.declare([broker.nameOf(one.queue)]);
      found = isFetched ? await broker.intake.fetch(one.queue, limit) : feed.take(limit);
      // Nothing is waited for in vain: half of all claims only settle.
      deliveries = found.length === 0 ? found : await admit(parts, one.queue, found);
    } catch (error) {
      // What is in hand and nobody's would take up the room of others for as long as its channel lives.
      giveBack(feed, found, isFetched);
      for (const { feed: other, deliveries: taken, isFetched: are } of gathered) giveBack(other, taken, are);
      throw error;
    }
    for (const { id } of deliveries) if (id !== undefined) loose?.arrived(one.queue, id);
    left -= deliveries.length;
    gathered.push({
      take: one,
      feed,
      news: feed.news,
      deliveries,
      found,
      isFetched,
      isFull: limit > 0 && found.length === limit,
    });
  }
  return { gathered, nextInMs };
}

/** Puts jobs and messages together; of a message whose job the ledger did not give, it decides what becomes of it. */
async function receive(
  parts: RabbitMqParts,
  { jobs, limited = [] }: Claim,
  gathered: readonly Gathered[],
): Promise<ClaimedJob[]> {
  const { holds, pump, loose, clock, broker } = parts;
  const now = clock.now();
  const messages = new ByJob<Delivery>();
  for (const { deliveries } of gathered) {
    for (const delivery of deliveries) {
      const id = delivery.id as string;
      if (messages.has(delivery.queue, id)) delivery.ack();
      else messages.set(delivery.queue, id, delivery);
    }
  }
  const claimed = jobs.map((job): ClaimedJob => {
    // Its lease was lost and nobody has said so: the message that brought it then has done its work.
    const before = holds.get(job.queue, job.id);
    if (before !== undefined) release(parts, before);
    const hold = new Hold(loose?.complete(job) ?? job, messages.get(job.queue, job.id), now);
    if (messages.delete(job.queue, job.id)) broker.intake.feed(job.queue).running++;
    holds.add(hold);
    pump.claimed(job.queue, job.id);
    return { ...hold.job, receipt: hold.receipt };
  });
  const held = new Set(limited.map(({ queue }) => queue));
  const left = [...messages.values()];
  const stays = new Set(left.filter(({ queue }) => held.has(queue)));
  const doubtful = left.filter((one) => !stays.has(one));
  if (doubtful.length > 0) {
    // A ledger that is away now says later what has become of them: the jobs that it has given are claimed all the same.
    for (const delivery of await judgeLeftovers(parts, doubtful).catch(() => doubtful)) stays.add(delivery);
  }
  for (const { feed, deliveries, isFetched, news } of gathered) {
    giveBack(
      feed,
      deliveries.filter((delivery) => stays.has(delivery)),
      isFetched,
    );
    if (isFetched) continue;
    // What held it back may hold no longer, and whoever was told of that found nothing here.
    if (feed.news !== news) {
      if (feed.buffer.length > 0) feed.tell();
    } else if (limited.some(({ queue, by }) => queue === feed.queue && by === 'paused')) {
      broker.intake.pause(feed);
    }
  }
  return claimed;
}

function giveBack(feed: QueueFeed, deliveries: readonly Delivery[], isFetched: boolean): void {
  if (isFetched) for (const delivery of deliveries) delivery.nack();
  else feed.putBack(deliveries);
}

function earliest(one: Ms | undefined, other: Ms | undefined): Ms | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
