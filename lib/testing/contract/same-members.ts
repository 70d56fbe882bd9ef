import assert from 'node:assert/strict';

/** The same things, each as often, in whatever order. */
export function sameMembers(
  actual: readonly unknown[],
  expected: readonly unknown[],
  message?: string,
): void {
  assert.deepEqual(sorted(actual), sorted(expected), message);
}

function sorted(items: readonly unknown[]): unknown[] {
  return items.toSorted((one, other) => (String(one) < String(other) ? -1 : 1));
}
