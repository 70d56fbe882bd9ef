import type { Capabilities } from '../../contract/index.js';

/** What the memory backend promises: everything but surviving its process and joining a transaction. */
export const MEMORY_CAPABILITIES: Capabilities = {
  durability: 'none',
  scope: 'process',
  records: 'process',
  order: 'strict',
  features: {
    atomicEnqueue: true,
    transactions: false,
    idempotency: true,
    uniqueness: true,
    dependencies: true,
    signals: true,
    queueRateLimit: true,
    queueConcurrency: true,
    keyLimits: true,
    fairness: true,
    claimById: true,
    ledger: true,
    cancel: true,
    find: true,
    pause: true,
  },
  minLease: 1,
  maxDelay: Number.MAX_SAFE_INTEGER,
  lookAhead: 0,
  claimsInFlight: 1,
  enqueueBatch: 10_000,
  completedMax: 1_000,
  tombstoneMax: 10_000,
};
