import assert from 'node:assert/strict';
import { sameMembers } from './same-members.js';
import type { Stage } from './stage.js';

/** The order that a backend promises: exactly this one where it is strict, else that each comes once. */
export function inPromisedOrder(
  { capabilities }: Stage,
  taken: readonly (string | undefined)[],
  expected: readonly (string | undefined)[],
): void {
  if (capabilities.order === 'strict') assert.deepEqual(taken, expected);
  else sameMembers(taken, expected);
}
