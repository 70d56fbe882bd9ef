import type { BackendHarness } from './harness.js';
import { attempts } from './queue/attempts.js';
import { atomicBatches, batches } from './queue/batches.js';
import { cancelling } from './queue/cancelling.js';
import { capacity } from './queue/capacity.js';
import { claimById, claims } from './queue/claims.js';
import { comingBack } from './queue/coming-back.js';
import { counting } from './queue/counting.js';
import { deadLetters } from './queue/dead-letters.js';
import { delays } from './queue/delays.js';
import { dependencies } from './queue/dependencies.js';
import { dependencyFailures, reopening } from './queue/dependency-failures.js';
import { dependencyRefusals } from './queue/dependency-refusals.js';
import { endings } from './queue/endings.js';
import { enqueue } from './queue/enqueue.js';
import { extending } from './queue/extending.js';
import { fairness } from './queue/fairness.js';
import { fences } from './queue/fences.js';
import { failureHistory } from './queue/failure-history.js';
import { finding } from './queue/finding.js';
import { fleet } from './queue/fleet.js';
import { forwarding } from './queue/forwarding.js';
import { hostile } from './queue/hostile.js';
import { idempotency } from './queue/idempotency.js';
import { keyConcurrency } from './queue/key-concurrency.js';
import { keyRate } from './queue/key-rate.js';
import { leases } from './queue/leases.js';
import { lifecycle } from './queue/lifecycle.js';
import { order } from './queue/order.js';
import { pausing } from './queue/pausing.js';
import { payloads } from './queue/payloads.js';
import { queueConcurrency } from './queue/queue-concurrency.js';
import { queueRate } from './queue/queue-rate.js';
import { records } from './queue/recording.js';
import { refusals } from './queue/refusals.js';
import { removing } from './queue/removing.js';
import { retention } from './queue/retention.js';
import { settlements } from './queue/settlements.js';
import { sleeping } from './queue/sleeping.js';
import { spawning } from './queue/spawning.js';
import { transactions } from './queue/transactions.js';
import { keepingTheFirst, replacing } from './queue/uniqueness.js';
import { waking } from './queue/waking.js';
import { debouncing, throttling } from './queue/windows.js';
import { limiter } from './state/limiter.js';
import { messages } from './state/messages.js';
import { orderedIndex } from './state/ordered-index.js';
import { stateLeases } from './state/state-leases.js';
import { storeTime } from './state/time.js';
import { compareAndSet, incrementing, values } from './state/values.js';
import type { Topic } from './topic.js';

/** Every subject of the contract, in the order in which a reader meets them. */
const TOPICS: readonly Topic[] = [
  lifecycle,
  enqueue,
  payloads,
  hostile,
  batches,
  atomicBatches,
  order,
  delays,
  claims,
  claimById,
  forwarding,
  settlements,
  attempts,
  fences,
  leases,
  extending,
  records,
  cancelling,
  pausing,
  capacity,
  idempotency,
  keepingTheFirst,
  replacing,
  throttling,
  debouncing,
  dependencies,
  dependencyFailures,
  reopening,
  dependencyRefusals,
  sleeping,
  spawning,
  queueRate,
  queueConcurrency,
  keyConcurrency,
  keyRate,
  fairness,
  endings,
  deadLetters,
  failureHistory,
  finding,
  counting,
  removing,
  retention,
  waking,
  comingBack,
  transactions,
  values,
  compareAndSet,
  incrementing,
  orderedIndex,
  stateLeases,
  limiter,
  messages,
  storeTime,
];

/** What a backend has to prove, by what its harness says of it: what it can do, and that it refuses the rest. */
export function topicsFor(harness: BackendHarness): Topic[] {
  const unsupported = harness.unsupported ?? [];
  return [
    ...TOPICS.filter(({ feature }) => feature === undefined || !unsupported.includes(feature)),
    ...(harness.scope === 'fleet' ? [fleet] : []),
    ...(unsupported.length > 0 ? [refusals(unsupported)] : []),
  ];
}
