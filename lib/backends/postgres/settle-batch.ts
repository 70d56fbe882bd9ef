import type { NewJob, RefusedSpawn, Settlement, Verdict } from '../../contract/index.js';
import { orderBatch } from '../batch-order.js';
import { ownRefusal } from '../refusals.js';
import type { ClaimSummary } from './claim-summary.js';
import { givenJob } from './given-job.js';
import { fromText } from './job-text.js';
import { PackedArray } from './packed-array.js';
import { type PostgresReceipt, receiptOf, verdictOn } from './postgres-receipt.js';
import { toProgressText } from './progress-text.js';
import type { QueueNames } from './queue-names.js';
import { outcomeJson } from './settlement-json.js';
import type { SqlValues } from './sql-driver.js';
import { toStored } from './stored-payload.js';

interface Placed {
  readonly place: number;
  readonly receipt: PostgresReceipt;
  readonly settlement: Settlement;
  /** Of the jobs that it brings: those that are sent, by their places, in an order in which parents come first. */
  readonly sent: readonly number[];
}

/** A completion that goes with others: nothing besides, and a result that is a text. */
interface Completion {
  readonly place: number;
  readonly receipt: PostgresReceipt;
  readonly result: string | null;
}

/** All settlements of a claim, as its function takes them, and what it says of them. */
export class SettleBatch {
  private readonly completions: Completion[] = [];
  private readonly others: Placed[] = [];
  private readonly verdicts: Verdict[] = [];
  private readonly refusedHere: RefusedSpawn[] = [];
  /** Of two settlements of one run the first holds, so the second has to come after it. */
  private readonly seen = new Set<PostgresReceipt>();

  constructor(
    settlements: readonly Settlement[],
    private readonly names: QueueNames,
    /** `within`: in a transaction of the caller's, which may be rolled back, so that nothing is taken as settled yet. */
    private readonly where: 'alone' | 'within' = 'alone',
  ) {
    settlements.forEach((settlement, place) => {
      const receipt = receiptOf(settlement.receipt);
      if (receipt === undefined) this.verdicts[place] = 'unknown';
      else this.add(settlement, place, receipt);
    });
  }

  /** Queues that the call names by it. */
  get queues(): string[] {
    return [
      ...this.completions.map(({ receipt }) => receipt.queue),
      ...this.others.flatMap(({ receipt, settlement: { enqueue = [] } }) => [
        receipt.queue,
        ...enqueue.map(({ queue }) => queue),
      ]),
    ];
  }

  /** Those of the jobs that it settles, as the database calls them. */
  get queueIds(): ReadonlySet<number> {
    return new Set([...this.completions, ...this.others].map(({ receipt }) => receipt.queueId));
  }

  /** Whether all are completions with nothing besides. */
  get isBare(): boolean {
    return this.others.length === 0;
  }

  /** The completions, as four parameters of `claim` and of `claim_one`. */
  get completed(): SqlValues {
    const { completions } = this;
    return [
      new PackedArray(
        'int4',
        completions.map(({ receipt }) => receipt.queueId),
      ),
      new PackedArray(
        'text',
        completions.map(({ receipt }) => receipt.id),
      ),
      new PackedArray(
        'int8',
        completions.map(({ receipt }) => receipt.fence),
      ),
      new PackedArray(
        'text',
        completions.map(({ result }) => result),
      ),
    ];
  }

  /** The others, as one parameter. */
  get rest(): string {
    return JSON.stringify(this.others.map((placed) => this.json(placed)));
  }

  read({ done, late = {}, verdicts = '' }: ClaimSummary): Verdict[] {
    const held = done && new Set(done);
    this.completions.forEach(({ place, receipt }, n) => {
      this.note(place, receipt, held === undefined || held.has(n + 1) ? 'a' : late[n + 1]);
    });
    this.others.forEach(({ place, receipt }, n) => this.note(place, receipt, verdicts[n]));
    return this.verdicts;
  }

  refused({ refused = [] }: ClaimSummary): RefusedSpawn[] | undefined {
    const inStore = refused.map(([number, order, parent]): RefusedSpawn => {
      const { place: settlement, sent, settlement: given } = this.others[number] as Placed;
      const place = sent[order] as number;
      const { id = '' } = given.enqueue?.[place] ?? {};
      return { settlement, place, id, code: 'TASKS_DEPENDENCY_UNKNOWN', detail: fromText(parent) };
    });
    const here = this.refusedHere.filter(({ settlement }) => this.verdicts[settlement] === 'applied');
    const all = [...inStore, ...here];
    return all.length === 0 ? undefined : all;
  }

  private add(settlement: Settlement, place: number, receipt: PostgresReceipt): void {
    const { outcome, progress, enqueue } = settlement;
    const isBare = outcome.kind === 'completed' && progress === undefined && enqueue === undefined;
    if (isBare && this.where === 'alone' && !receipt.isRare && !this.seen.has(receipt)) {
      const { text, raw } = toStored(outcome.result);
      if (raw === null) this.completions.push({ place, receipt, result: text });
      else this.others.push({ place, receipt, settlement, sent: [] });
    } else {
      this.others.push({ place, receipt, settlement, sent: this.order(enqueue ?? [], place) });
    }
    this.seen.add(receipt);
  }

  private order(jobs: readonly NewJob[], settlement: number): readonly number[] {
    if (jobs.length === 0) return [];
    const { places, circular } = orderBatch(jobs);
    return places.filter((place) => {
      const job = jobs[place] as NewJob;
      const refused = ownRefusal(job, circular.has(place));
      if (refused === undefined) return true;
      this.refusedHere.push({ settlement, place, id: job.id, code: refused.code, detail: refused.detail });
      return false;
    });
  }

  private json({ receipt, settlement: { outcome, progress, enqueue = [] }, sent }: Placed): object {
    return {
      queue: receipt.queueId,
      id: receipt.id,
      fence: receipt.fence,
      ...outcomeJson(outcome),
      ...(progress !== undefined && { progress: toProgressText(progress) }),
      ...(sent.length > 0 && { jobs: sent.map((place) => givenJob(enqueue[place] as NewJob, this.names)) }),
    };
  }

  private note(place: number, receipt: PostgresReceipt, letter: string | undefined): void {
    const verdict = verdictOn(receipt, letter);
    if (verdict === 'applied' && this.where === 'alone') receipt.isSettled = true;
    this.verdicts[place] = verdict;
  }
}
