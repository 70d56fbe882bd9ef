import type {
  Capabilities,
  Claim,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  NewJob,
  Transaction,
} from '../../../lib/contract/index.js';
import { TaskValidationError } from '../../../lib/errors/index.js';
import type { TestTransaction } from '../../../lib/testing/index.js';
import { ForwardingQueue } from '../broken/forwarding-queue.js';

/**
 * Memory with transactions of the simplest kind: what a call would do is kept and done at the commit. Enough to play the
 * topic on; two transactions at once would not see each other's conflicts.
 */
export class MemoryWithTransactions extends ForwardingQueue {
  private readonly underWay = new Map<Transaction, Work>();

  override get capabilities(): Capabilities {
    const { features, ...rest } = super.capabilities;
    return { ...rest, features: { ...features, transactions: true } };
  }

  begin(): TestTransaction {
    const tx: Transaction = {};
    let resolve!: (value: undefined) => void;
    const over = new Promise<undefined>((done) => (resolve = done));
    const work: Work = { steps: [], keys: new Set(), isVoid: false, over };
    this.underWay.set(tx, work);
    const end = async (steps: Work['steps']) => {
      this.underWay.delete(tx);
      for (const step of steps) await step();
      resolve(undefined);
    };
    return { tx, commit: () => end(work.isVoid ? [] : work.steps), rollback: () => end([]) };
  }

  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const { tx, ...rest } = options ?? {};
    if (tx === undefined) {
      const before = this.inTheWayOf(jobs);
      if (before.length > 0) await Promise.all(before.map(({ over }) => over));
      return super.enqueue(jobs, rest);
    }
    const work = this.workOf(tx);
    work.steps.push(() => super.enqueue(jobs, rest));
    for (const key of keysOf(jobs)) work.keys.add(key);
    return jobs.map(({ id }) => ({ status: 'created', id }));
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const { tx, ...rest } = request;
    if (tx === undefined) return super.claim(rest);
    const work = this.workOf(tx);
    // A note that says nothing asks whether the receipt still holds its job.
    const verdicts = await super.record((request.settle ?? []).map(({ receipt }) => ({ receipt })));
    if (verdicts.includes('stale')) work.isVoid = true;
    work.steps.push(() => super.claim(rest));
    return { jobs: [], verdicts };
  }

  /** Whoever comes with a key of a transaction that is under way knows only by its end whether it is taken. */
  private inTheWayOf(jobs: readonly NewJob[]): Work[] {
    const keys = keysOf(jobs);
    return [...this.underWay.values()].filter((work) => keys.some((key) => work.keys.has(key)));
  }

  private workOf(tx: Transaction): Work {
    const work = this.underWay.get(tx);
    if (work === undefined) throw new TaskValidationError('This is no open transaction of the store.');
    return work;
  }
}

/** What a transaction will do. */
interface Work {
  readonly steps: (() => Promise<unknown>)[];
  /** Idempotency keys that it takes. */
  readonly keys: Set<string>;
  /** Something that it settled is held no longer: it cannot be committed. */
  isVoid: boolean;
  readonly over: Promise<undefined>;
}

const keysOf = (jobs: readonly NewJob[]): string[] =>
  jobs.flatMap(({ queue, idempotency }) =>
    idempotency === undefined ? [] : [`${queue}/${idempotency.key}`],
  );
