import type { Capabilities, Feature } from '../../contract/index.js';

const FEATURES: Readonly<Record<Feature, boolean>> = {
  atomicEnqueue: true,
  transactions: true,
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
};

/** What the postgres backend promises. A commit is on the disk of the server before it is confirmed, as `fsync` and `synchronous_commit` have it. */
export const POSTGRES_CAPABILITIES: Capabilities = {
  durability: 'crash',
  scope: 'fleet',
  records: 'fleet',
  order: 'strict',
  features: FEATURES,
  minLease: 100,
  maxDelay: Number.MAX_SAFE_INTEGER,
  // A claim takes 0.7 ms beside its jobs, however many: with 400 in hand a backlog of quick ones ran at four fifths of this.
  lookAhead: 1_000,
  claimsInFlight: 2,
  enqueueBatch: 1_000,
  completedMax: 10_000,
  tombstoneMax: 10_000,
};

/**
 * The same in one process, without a server: nobody else sees it, and no caller's transaction is in its database. It outlives the
 * process, and not a power cut.
 */
export const EMBEDDED_POSTGRES_CAPABILITIES: Capabilities = {
  ...POSTGRES_CAPABILITIES,
  durability: 'process',
  scope: 'process',
  records: 'process',
  features: { ...FEATURES, transactions: false },
  completedMax: 1_000,
};

/** The same in a PGlite of the application's: rows of both are in one database, and can be committed together. */
export const SHARED_PGLITE_CAPABILITIES: Capabilities = {
  ...EMBEDDED_POSTGRES_CAPABILITIES,
  features: FEATURES,
};
