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
  private readonly underWay = new Map<Transaction, (() => Promise<unknown>)[]>();

  override get capabilities(): Capabilities {
    const { features, ...rest } = super.capabilities;
    return { ...rest, features: { ...features, transactions: true } };
  }

  begin(): TestTransaction {
    const tx: Transaction = {};
    const steps: (() => Promise<unknown>)[] = [];
    this.underWay.set(tx, steps);
    return {
      tx,
      commit: async () => {
        this.underWay.delete(tx);
        for (const step of steps) await step();
      },
      rollback: async () => {
        this.underWay.delete(tx);
      },
    };
  }

  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const { tx, ...rest } = options ?? {};
    if (tx === undefined) return super.enqueue(jobs, rest);
    this.stepsOf(tx).push(() => super.enqueue(jobs, rest));
    return jobs.map(({ id }) => ({ status: 'created', id }));
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const { tx, ...rest } = request;
    if (tx === undefined) return super.claim(rest);
    this.stepsOf(tx).push(() => super.claim(rest));
    return { jobs: [], verdicts: (request.settle ?? []).map(() => 'applied' as const) };
  }

  private stepsOf(tx: Transaction): (() => Promise<unknown>)[] {
    const steps = this.underWay.get(tx);
    if (steps === undefined) throw new TaskValidationError('This is no open transaction of the store.');
    return steps;
  }
}
