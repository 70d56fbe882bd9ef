import type { Ms, QueueBackend, Settlement, Transaction, Verdict } from '../contract/index.js';
import { UnsupportedOperationError } from '../errors/index.js';
import type { RunSettler } from '../execution/index.js';

/** Settles runs of one backend within transactions of their handlers, each by a call of its own. */
export class TransactionSettler implements RunSettler {
  constructor(
    private readonly backend: Pick<QueueBackend, 'claim' | 'capabilities'>,
    /** Backend entry, for messages. */
    private readonly name: string,
    private readonly worker: string,
    private readonly lease: Ms,
  ) {}

  async settleWithin(settlement: Settlement, tx: Transaction): Promise<Verdict> {
    const { backend, worker, lease } = this;
    if (!backend.capabilities.features.transactions) {
      throw new UnsupportedOperationError(
        'complete a job in a transaction',
        this.name,
        'Put the queue on PostgreSQL, or make what the handler writes idempotent by `ctx.idempotencyKey` and `ctx.fence` and let it return.',
      );
    }
    const { verdicts } = await backend.claim({ worker, lease, take: [], settle: [settlement], tx });
    return verdicts[0] ?? 'unknown';
  }
}
