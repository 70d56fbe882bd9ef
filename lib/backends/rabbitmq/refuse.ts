import type {
  ClaimRequest,
  EnqueueCallOptions,
  Feature,
  NewJob,
  QueueDefinition,
  Capabilities,
} from '../../contract/index.js';
import { UnsupportedOperationError } from '../../errors/index.js';

const WORDS: Readonly<Partial<Record<Feature, string>>> = {
  atomicEnqueue: 'enqueue a batch whole or not at all',
  transactions: 'join a transaction',
  idempotency: 'find a job by its idempotency key',
  uniqueness: 'keep jobs unique',
  dependencies: 'let jobs wait for others',
  signals: 'let jobs wait for a signal',
  keyLimits: 'limit keys',
  fairness: 'let keys take turns by weight',
  claimById: 'claim jobs by id',
  ledger: 'keep the jobs of another broker',
  cancel: 'cancel a job that waits at the broker',
  pause: 'pause a queue for all processes',
};
const KEEP_ELSEWHERE =
  'Keep its records in a backend that all processes share: write `state` beside its type, with the name of one on Redis or PostgreSQL.';
const ON_ITS_OWN = 'Use a queue on Redis or PostgreSQL for it.';

/** Refuses what the capabilities exclude. @throws UnsupportedOperationError */
export class Refusals {
  constructor(
    private readonly backend: string,
    private readonly capabilities: Pick<Capabilities, 'features' | 'maxDelay'>,
  ) {}

  need(feature: Feature): void {
    if (this.capabilities.features[feature]) return;
    const isNever = feature === 'fairness' || feature === 'ledger' || feature === 'transactions';
    const operation = WORDS[feature] ?? `do ${feature}`;
    throw new UnsupportedOperationError(operation, this.backend, isNever ? ON_ITS_OWN : KEEP_ELSEWHERE);
  }

  enqueue(
    jobs: readonly NewJob[],
    { atomic, tx }: EnqueueCallOptions = {},
    definitions: ReadonlyMap<string, QueueDefinition>,
  ): void {
    if (atomic === true) this.need('atomicEnqueue');
    if (tx !== undefined) this.need('transactions');
    for (const job of jobs) {
      if ((job.delay ?? 0) > this.capabilities.maxDelay) {
        throw new UnsupportedOperationError('delay a job for so long', this.backend, KEEP_ELSEWHERE);
      }
      if (job.external === true) this.need('ledger');
      if (job.idempotency !== undefined) this.need('idempotency');
      if (job.unique !== undefined) this.need('uniqueness');
      if (job.dependsOn !== undefined) this.need('dependencies');
      if (job.weight !== undefined) this.need('fairness');
      if (definitions.get(job.queue)?.perKey !== undefined) this.need('keyLimits');
    }
  }

  claim({ take, settle = [], tx }: ClaimRequest): void {
    if (tx !== undefined) this.need('transactions');
    if (take.some(({ ids }) => ids !== undefined)) this.need('claimById');
    if (settle.some(({ outcome }) => outcome.kind === 'released' && outcome.awaits !== undefined))
      this.need('signals');
  }
}
