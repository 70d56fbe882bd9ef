import { dependencyFlaws } from './dependencies.js';
import { fenceFlaws } from './fences.js';
import type { Flaw } from './flaw.js';
import { keepingFlaws } from './keeping.js';
import { keyFlaws } from './keys.js';
import { leaseFlaws } from './leases.js';
import { ledgerFlaws } from './ledger.js';
import { limitFlaws } from './limits.js';
import { orderFlaws } from './order.js';
import { settlementFlaws } from './settlements.js';
import { signalFlaws } from './signals.js';
import { stateFlaws } from './state.js';
import { steeringFlaws } from './steering.js';
import { turnFlaws } from './turns.js';

/** Backends that are wrong in one way each. */
export const FLAWS: readonly Flaw[] = [
  ...fenceFlaws,
  ...leaseFlaws,
  ...settlementFlaws,
  ...keyFlaws,
  ...orderFlaws,
  ...turnFlaws,
  ...dependencyFlaws,
  ...steeringFlaws,
  ...signalFlaws,
  ...limitFlaws,
  ...ledgerFlaws,
  ...keepingFlaws,
  ...stateFlaws,
];
