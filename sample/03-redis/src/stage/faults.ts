import type { LedgerEntry } from '../orders/ledger.js';

/** What should have happened. */
export interface Plan {
  readonly orderIds: readonly string[];
  readonly workers: readonly number[];
  /** The order whose worker was killed over it, and that worker. */
  readonly interrupted: { readonly orderId: string; readonly pid: number };
}

/** Holds what the workers did against the plan. @returns a line for everything that differs; none when all is well */
export function faultsOf(entries: readonly LedgerEntry[], plan: Plan): string[] {
  const { orderIds, workers, interrupted } = plan;
  const done = entries.filter(({ what }) => what === 'done');
  const begunBy = (orderId: string): string =>
    entries
      .filter((entry) => entry.what === 'begun' && entry.orderId === orderId)
      .map(({ pid, attempt }) => `${pid} (attempt ${attempt})`)
      .join(', ');
  const times = orderIds.map((orderId) => ({ orderId, done: count(done, orderId) }));
  const strangers = entries.filter(
    ({ orderId, pid }) => !orderIds.includes(orderId) || !workers.includes(pid),
  );
  const survivor = workers.find((pid) => pid !== interrupted.pid);
  const expected = `${interrupted.pid} (attempt 1), ${survivor} (attempt 2)`;
  return [
    ...times.filter(({ done }) => done !== 1).map(({ orderId, done }) => `${orderId} was done ${done} times`),
    ...orderIds
      .filter((orderId) => orderId !== interrupted.orderId && begunBy(orderId).includes(','))
      .map((orderId) => `${orderId} was begun by ${begunBy(orderId)}`),
    ...workers
      .filter((pid) => !done.some((entry) => entry.pid === pid))
      .map((pid) => `worker ${pid} did nothing`),
    ...strangers.map(({ orderId, pid }) => `${pid} worked on ${orderId}, which nobody asked of it`),
    ...(begunBy(interrupted.orderId) === expected
      ? []
      : [`${interrupted.orderId} was begun by ${begunBy(interrupted.orderId)}, expected ${expected}`]),
  ];
}

function count(entries: readonly LedgerEntry[], orderId: string): number {
  return entries.filter((entry) => entry.orderId === orderId).length;
}
