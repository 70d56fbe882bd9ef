import { HIGHEST_PRIORITY } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import type { JobEntry } from './job-entry.js';
import type { JobRun } from './job-run.js';
import { PENDING, RUNNING, type StateCode, WAITING } from './state-code.js';

/** Where a job stands in a list: each state in an order of its own, see `JobQuery`. */
export interface ListPlace {
  readonly state: StateCode;
  readonly rank: number;
  /** Breaks ties. */
  readonly order: number;
}

export function listPlace(entry: JobEntry): ListPlace {
  const { state } = entry;
  switch (state) {
    case PENDING:
      return { state, rank: HIGHEST_PRIORITY - entry.priority, order: entry.seq };
    case WAITING:
      return { state, rank: entry.createdAt, order: entry.ordinal };
    case RUNNING:
      return { state, rank: (entry.run as JobRun).claim.startedAt, order: entry.ordinal };
    default:
      return { state, rank: entry.moment, order: entry.ordinal };
  }
}

/** @param direction 1: in the order of each state; -1: in the opposite one. The states themselves stay in theirs. */
export function comparePlaces(a: ListPlace, b: ListPlace, direction: 1 | -1): number {
  return a.state - b.state || direction * (a.rank - b.rank || a.order - b.order);
}

export function toCursor({ state, rank, order }: ListPlace): string {
  return `${state}:${rank}:${order}`;
}

/** @throws TaskValidationError for what no page of this backend has brought */
export function parseCursor(cursor: string): ListPlace {
  const [state, rank, order] = cursor.split(':').map(Number);
  if (!Number.isFinite(state) || !Number.isFinite(rank) || !Number.isFinite(order)) {
    throw new TaskValidationError('The cursor is not from a page of this backend.');
  }
  return { state: state as number, rank: rank as number, order: order as number };
}
