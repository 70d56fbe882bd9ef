import type { NewJob, Outcome, Payload, RefusedSpawn, Settlement, Verdict } from '../../contract/index.js';
import { orderBatch } from '../batch-order.js';
import { jobArguments } from './job-arguments.js';
import type { QueueParts } from './queue-parts.js';
import { ownRefusal } from '../refusals.js';
import type { RemoteSpawn } from './remote/refused-spawns.js';
import { dependsElsewhere } from './remote/waves.js';
import { PACKED_LENGTH, unpackId } from './packed-id.js';
import { packResults } from './packed-results.js';
import { receiptOf, type RedisReceipt } from './redis-receipt.js';
import type { RedisArgument } from './redis-session.js';
import { settleWords } from './settle-words.js';
import { verdictOn } from './verdicts.js';

/** Of the jobs that a settlement brings: those that are sent, by their places, in an order in which parents come first. */
interface Spawn {
  readonly sent: readonly number[];
  readonly refused: readonly Omit<RefusedSpawn, 'settlement'>[];
}

const NOTHING: Spawn = { sent: [], refused: [] };

interface Placed {
  readonly place: number;
  readonly receipt: RedisReceipt;
  readonly settlement: Settlement;
  readonly spawn: Spawn;
}

/** The settlements of a claim on one queue: completions with nothing besides go together, others one by one. */
class QueueSettlements {
  readonly completions: Placed[] = [];
  readonly others: Placed[] = [];

  /** Of two settlements of one run the first holds, so the second has to come after it. */
  private readonly seen = new Set<RedisReceipt>();

  constructor(readonly queue: string) {}

  add(placed: Placed): void {
    const { receipt, settlement } = placed;
    const { outcome, progress, enqueue } = settlement;
    const isBare = outcome.kind === 'completed' && progress === undefined && enqueue === undefined;
    (isBare && !this.seen.has(receipt) ? this.completions : this.others).push(placed);
    this.seen.add(receipt);
  }

  arguments(parts: QueueParts): RedisArgument[] {
    const { completions, others } = this;
    const ids = completions.map(({ receipt }) => receipt.id);
    const results = packResults(completions.map(({ settlement: { outcome } }) => resultOf(outcome)));
    const args: RedisArgument[] = [parts.keys.onServer(this.queue), ids.length];
    const joined = joinPacked(ids);
    if (joined === undefined) args.push(0, ...ids);
    else args.push(1, joined);
    pushTokens(args, completions);
    args.push(...results, others.length);
    for (const { receipt, settlement, spawn } of others) {
      args.push(receipt.id, receipt.token, ...settleWords(settlement), spawn.sent.length);
      for (const place of spawn.sent)
        args.push(...jobArguments(parts, settlement.enqueue?.[place] as NewJob));
    }
    return args;
  }
}

/** @returns nothing when they have not all the length of packed ones, in characters and in bytes: ids of other programs may be any text */
function joinPacked(ids: readonly string[]): string | undefined {
  if (!ids.every(({ length }) => length === PACKED_LENGTH)) return undefined;
  const joined = ids.join('');
  return Buffer.byteLength(joined) === joined.length ? joined : undefined;
}

function resultOf(outcome: Outcome): Payload | undefined {
  return outcome.kind === 'completed' ? outcome.result : undefined;
}

/** Jobs that were claimed together have equal tokens, 16 at a time: each run of them is sent once. */
function pushTokens(args: RedisArgument[], placed: readonly Placed[]): void {
  const countAt = args.push(0) - 1;
  let runs = 0;
  let last: string | undefined;
  for (const { receipt } of placed) {
    if (receipt.token === last) (args[args.length - 1] as number)++;
    else {
      args.push(receipt.token, 1);
      runs++;
    }
    last = receipt.token;
  }
  args[countAt] = runs;
}

/** All settlements of a claim, as its script takes them, and what it says of them. */
export class SettleBatch {
  private readonly byQueue = new Map<string, QueueSettlements>();
  private readonly verdicts: Verdict[] = [];

  constructor(settlements: readonly Settlement[]) {
    settlements.forEach((settlement, place) => {
      const receipt = receiptOf(settlement.receipt);
      if (receipt === undefined) this.verdicts[place] = 'unknown';
      else this.on(receipt.queue).add({ place, receipt, settlement, spawn: spawnOf(settlement.enqueue) });
    });
  }

  /** Queues of the jobs that are settled. */
  get settled(): string[] {
    return [...this.byQueue.keys()];
  }

  /** Those, and the queues that get a job by it. */
  get queues(): string[] {
    const spawned = [...this.byQueue.values()].flatMap(({ others }) =>
      others.flatMap(({ spawn, settlement: { enqueue = [] } }) =>
        spawn.sent.map((place) => (enqueue[place] as NewJob).queue),
      ),
    );
    return [...this.byQueue.keys(), ...spawned];
  }

  arguments(parts: QueueParts): RedisArgument[] {
    return [this.byQueue.size, ...[...this.byQueue.values()].flatMap((queue) => queue.arguments(parts))];
  }

  /** @param answers A text for the completions of each queue, then one for its others: a letter each. */
  read(answers: readonly Buffer[]): Verdict[] {
    let next = 0;
    for (const { completions, others } of this.byQueue.values()) {
      if (completions.length > 0) this.take(completions, answers[next++] as Buffer);
      if (others.length > 0) this.take(others, answers[next++] as Buffer);
    }
    return this.verdicts;
  }

  /** @param answers Queue and place among its others, place among those that were sent, id of the parent that nobody knows. */
  refused(
    answers: readonly (readonly [queue: number, settlement: number, place: number, parent: Buffer])[],
  ): RefusedSpawn[] | undefined {
    const queues = [...this.byQueue.values()];
    const byStore = answers.map(([queue, settlement, order, parent]): RefusedSpawn => {
      const placed = (queues[queue] as QueueSettlements).others[settlement] as Placed;
      const place = placed.spawn.sent[order] as number;
      const id = placed.settlement.enqueue?.[place]?.id ?? '';
      const detail = unpackId(parent.toString());
      return { settlement: placed.place, place, id, code: 'TASKS_DEPENDENCY_UNKNOWN', detail };
    });
    const byUs = queues.flatMap(({ others }) =>
      others.flatMap(({ place: settlement, spawn }) =>
        this.verdicts[settlement] === 'applied' ? spawn.refused.map((one) => ({ settlement, ...one })) : [],
      ),
    );
    const all = [...byStore, ...byUs];
    return all.length === 0 ? undefined : all;
  }

  /** On a cluster: jobs of settlements that hold of which this queue alone cannot say whether they are taken. */
  remote(): RemoteSpawn[] {
    return [...this.byQueue.values()].flatMap(({ queue, others }) =>
      others.flatMap(({ place: settlement, spawn, settlement: { enqueue = [] } }) => {
        if (this.verdicts[settlement] !== 'applied') return [];
        return spawn.sent.flatMap((place) => {
          const job = enqueue[place] as NewJob;
          return job.queue !== queue || dependsElsewhere(job)
            ? [{ queue: job.queue, settlement, place, job }]
            : [];
        });
      }),
    );
  }

  private take(placed: readonly Placed[], answers: Buffer): void {
    const letters = answers.toString('latin1');
    placed.forEach(({ place, receipt }, n) => {
      const verdict = verdictOn(receipt, letters[n]);
      if (verdict === 'applied') receipt.isSettled = true;
      this.verdicts[place] = verdict;
    });
  }

  private on(queue: string): QueueSettlements {
    const known = this.byQueue.get(queue);
    if (known !== undefined) return known;
    const made = new QueueSettlements(queue);
    this.byQueue.set(queue, made);
    return made;
  }
}

function spawnOf(jobs: readonly NewJob[] | undefined): Spawn {
  if (jobs === undefined) return NOTHING;
  const { places, circular } = orderBatch(jobs);
  const refused = jobs.flatMap((job, place) => {
    const verdict = ownRefusal(job, circular.has(place));
    if (verdict === undefined) return [];
    return [{ place, id: job.id, code: verdict.code, detail: verdict.detail }];
  });
  const isRefused = new Set(refused.map(({ place }) => place));
  return { sent: places.filter((place) => !isRefused.has(place)), refused };
}
