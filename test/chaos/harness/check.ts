import type { QueueLimits } from '../processes/settings.js';
import type { FinalState } from './final-state.js';
import type { History } from './history.js';
import { INVARIANTS } from './invariants.js';

/** Of each invariant at most so many breaches are named. */
const NAMED = 5;

/** What became of a run. */
export interface Report {
  readonly accepted: number;
  /** Of those: finished. */
  readonly done: number;
  /** Of those: neither finished nor to be. */
  readonly lost: number;
  /** Runs beyond the first. */
  readonly doubled: number;
  readonly dead: number;
  /** Jobs that have lost a lease. */
  readonly stalled: number;
  /** Runs that ended when another had begun already. */
  readonly late: number;
  /** Breaches of the invariants. */
  readonly problems: readonly string[];
}

/** Looks at what the processes have written down and at what the broker holds, and knows nothing else. */
export function check(history: History, state: FinalState, limits?: QueueLimits): Report {
  const accepted = history.acceptedIds;
  const finished = [...accepted].filter((id) =>
    ['completed', 'failed', 'cancelled'].includes(state.records.get(id)?.state ?? ''),
  );
  const problems = Object.entries(INVARIANTS).flatMap(([name, invariant]) => {
    const breaches = invariant(history, state, limits);
    if (breaches.length === 0) return [];
    const more = breaches.length > NAMED ? ` and ${breaches.length - NAMED} more` : '';
    return [`${name}: ${breaches.slice(0, NAMED).join('; ')}${more}`];
  });
  return {
    accepted: accepted.size,
    done: finished.length,
    lost: accepted.size - finished.length,
    doubled: history.doubled,
    dead: state.counts.failed,
    stalled: [...state.records.values()].filter(({ stalls }) => stalls > 0).length,
    late: history.late,
    problems,
  };
}

export function lineOf(report: Report, faults: number): string {
  const { accepted, done, lost, doubled, dead, problems } = report;
  return `accepted ${accepted}, done ${done} (dead letters ${dead}), lost ${lost}, doubled ${doubled}, faults ${faults}, breaches ${problems.length}`;
}
