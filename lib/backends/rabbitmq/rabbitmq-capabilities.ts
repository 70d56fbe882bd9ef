import type { Capabilities, Feature } from '../../contract/index.js';
import { MEMORY_CAPABILITIES } from '../memory/memory-capabilities.js';
import { DELAY_STEPS, DELAY_UNIT } from './topology.js';

/** What nobody can have of a broker that hands out in its own order, that is itself no ledger, and that hears of no caller's commit. */
const NEVER: readonly Feature[] = ['fairness', 'ledger', 'transactions'];
/** What would hold within one process alone, and is refused for it. */
const SHARED_ONLY: readonly Feature[] = [
  'atomicEnqueue',
  'idempotency',
  'uniqueness',
  'dependencies',
  'signals',
  'keyLimits',
  'claimById',
  'cancel',
  'pause',
];
/** Where the broker alone takes time: half of what a hundred producers have, so that it works on one half while the other is made. */
const LOOSE_BATCH = 50;
const DURABILITIES = ['none', 'process', 'crash', 'replicated'] as const;

/** What a rabbitmq backend promises over a ledger: what both can. */
export function rabbitMqCapabilities(ledger: Capabilities, queueType: 'classic' | 'quorum'): Capabilities {
  const isShared = ledger.records === 'fleet';
  const lacking = new Set<string>(isShared ? NEVER : [...NEVER, ...SHARED_ONLY]);
  const features = Object.fromEntries(
    Object.entries(ledger.features).map(([feature, has]) => [feature, has && !lacking.has(feature)]),
  ) as Capabilities['features'];
  const own = queueType === 'quorum' ? 'replicated' : 'crash';
  const least = Math.min(DURABILITIES.indexOf(ledger.durability), DURABILITIES.indexOf(own));
  return {
    ...ledger,
    durability: isShared ? (DURABILITIES[least] ?? 'none') : own,
    scope: 'fleet',
    order: 'best-effort',
    features,
    maxDelay: isShared ? ledger.maxDelay : (2 ** DELAY_STEPS - 1) * DELAY_UNIT,
    enqueueBatch: isShared ? Math.min(500, ledger.enqueueBatch) : LOOSE_BATCH,
  };
}

/** What it promises with a ledger in memory: no `state` beside its type. */
export const RABBITMQ_CAPABILITIES: Capabilities = rabbitMqCapabilities(MEMORY_CAPABILITIES, 'classic');
