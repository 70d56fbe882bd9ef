import type { Capabilities, Feature } from '../../contract/index.js';

const FEATURES: Readonly<Record<Feature, boolean>> = {
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
};

/**
 * What the redis backend promises: everything but joining a transaction. How much survives the server is the server's to say
 * (`appendonly`, `appendfsync`), and is told in plain words when the backend is opened.
 */
export const REDIS_CAPABILITIES: Capabilities = {
  durability: 'process',
  scope: 'fleet',
  records: 'fleet',
  order: 'strict',
  features: FEATURES,
  minLease: 100,
  maxDelay: Number.MAX_SAFE_INTEGER,
  // A claim costs the server some 80 microseconds whatever it takes. With 16 one slot ran 17,000 jobs a second and ten ran 42,000; with 64 it was
  // 37,000 and 67,000. On processors that are twice as fast ten run 133,000 with 64, 168,000 with 256, and no more with 500.
  lookAhead: 256,
  claimsInFlight: 2,
  enqueueBatch: 50,
  completedMax: 10_000,
  tombstoneMax: 10_000,
};
