import { JOB_STATES } from 'nestjs-tasks';
import type { Line } from '../processes/journal.js';
import type { QueueLimits } from '../processes/settings.js';
import type { FinalState } from './final-state.js';
import type { History } from './history.js';

/** What must hold after every run. Each gives what breaks it, as texts that name the job. */
export type Invariant = (history: History, state: FinalState, limits?: QueueLimits) => string[];

const FINISHED = new Set(['completed', 'failed', 'cancelled']);

/** Those verdicts that end a job, in the order in which they were told. */
const endsIn = (verdicts: readonly Line[]): Line[] =>
  verdicts.filter(({ note }) => FINISHED.has(note)).toSorted((a, b) => a.at - b.at);

/** Every accepted job is finished, and its effect was made unless it may have ended without. */
const nothingIsLost: Invariant = ({ acceptedIds, effects }, { records }) =>
  [...acceptedIds].flatMap((id) => {
    const record = records.get(id);
    if (record === undefined) return [`accepted, and gone: ${id}`];
    if (!FINISHED.has(record.state)) return [`accepted, and ${record.state}: ${id}`];
    return record.state === 'completed' && !effects.has(id) ? [`completed without an effect: ${id}`] : [];
  });

const nothingIsInvented: Invariant = ({ tried, idsOfCall }) =>
  [...idsOfCall.keys()]
    .filter((call) => !tried.has(call))
    .map((call) => `ran, and nobody enqueued it: ${call}`);

/** However often its call was made again: its ids are the same. Twins share an id, so a call has one and an id may have many. */
const oneJobACall: Invariant = ({ idsOfCall, accepted }) => [
  ...[...idsOfCall]
    .filter(([, ids]) => ids.size > 1)
    .map(([call, ids]) => `one call, jobs ${[...ids].join(' ')}: ${call}`),
  ...[...accepted].flatMap(([call, id]) => {
    const ran = idsOfCall.get(call);
    return ran === undefined || ran.has(id)
      ? []
      : [`accepted as ${id}, ran as ${[...ran].join(' ')}: ${call}`];
  }),
];

const oneJobAKey: Invariant = ({ idsOfKey }) =>
  [...idsOfKey]
    .filter(([, ids]) => ids.size > 1)
    .map(([key, ids]) => `idempotency key ${key} has ${ids.size} jobs`);

const inOnePlace: Invariant = (_history, { repeated, misplaced }) => [
  ...repeated.map((id) => `listed twice: ${id}`),
  ...misplaced.map((id) => `in no container, or in several: ${id}`),
];

const countsAreRecords: Invariant = (_history, { records, counts }) =>
  JOB_STATES.flatMap((state) => {
    const stored = [...records.values()].filter((record) => record.state === state).length;
    return stored === counts[state] ? [] : [`counted ${counts[state]} ${state}, stored ${stored}`];
  });

/** No two runs of a job have the same fence, and whoever has the higher one is not an earlier attempt. */
const fencesGrow: Invariant = ({ starts }) =>
  [...starts].flatMap(([id, runs]) => {
    const inOrder = runs.toSorted((a, b) => Number(BigInt(a.fence) - BigInt(b.fence)));
    return inOrder.flatMap((run, place) => {
      const before = inOrder[place - 1];
      if (before === undefined) return [];
      if (before.fence === run.fence) return [`two runs with fence ${run.fence}: ${id}`];
      return before.attempt > run.attempt
        ? [`attempt ${run.attempt} has a higher fence than ${before.attempt}: ${id}`]
        : [];
    });
  });

/** One run at most ends a job, and one more for each time that a person has retried it; the last has the highest fence. */
const oneVerdictAJob: Invariant = ({ verdicts, starts }, { records }) =>
  [...verdicts].flatMap(([id, all]) => {
    const ending = endsIn(all);
    if (ending.length > 1 + (records.get(id)?.replays ?? 0))
      return [`${ending.length} applied verdicts: ${id}`];
    const verdict = ending.at(-1);
    const later = verdict && starts.get(id)?.find(({ fence }) => BigInt(fence) > BigInt(verdict.fence));
    return later === undefined ? [] : [`ended by fence ${verdict?.fence}, ran with ${later.fence}: ${id}`];
  });

/** A run that was told that its word was taken, and what is stored, agree. */
const verdictsAreStored: Invariant = ({ verdicts }, { records }) =>
  [...verdicts].flatMap(([id, all]) => {
    const verdict = endsIn(all).at(-1);
    const record = records.get(id);
    if (verdict === undefined || record === undefined || record.state === verdict.note) return [];
    return [`told that it ${verdict.note}, stored as ${record.state}: ${id}`];
  });

/** Of all lost leases only the first gives a run more than there are attempts. */
const attemptsAreBounded: Invariant = (_history, { records }) =>
  [...records.values()].flatMap(({ id, attempt, maxRetries, stalls }) =>
    attempt <= 1 + maxRetries + Math.min(1, stalls)
      ? []
      : [`attempt ${attempt} of ${1 + maxRetries}, ${stalls} stalls: ${id}`],
  );

const keysAreStable: Invariant = ({ starts }) =>
  [...starts]
    .filter(([, runs]) => new Set(runs.map(({ note }) => note)).size > 1)
    .map(([id]) => `its idempotency key changed: ${id}`);

/** Only what was given up may be dead: a job that stalled as often as it may, or one that nobody could run. */
const deadForAReason: Invariant = (_history, { records }) =>
  [...records.values()].flatMap(({ id, state, stalls, maxStalled, error }) =>
    state !== 'failed' || (error?.code === 'TASKS_STALLED' && stalls >= maxStalled)
      ? []
      : [`dead with ${error?.code ?? error?.message ?? 'no error'}, ${stalls} stalls: ${id}`],
  );

const whatRunsIsHeld: Invariant = (_history, { unheld }) =>
  unheld.map((id) => `ran without a lease or an owner: ${id}`);

/** Runs that had their lease from begin to end, as far as this can be told: those of jobs that ran once. The slots of others may have been freed before they ended. */
const slotsAreBounded: Invariant = ({ starts, ends }, _state, limits) => {
  if (limits === undefined) return [];
  const moments = [...starts].flatMap(([id, [start, ...others]]) => {
    const end = ends.get(id)?.[0];
    if (start === undefined || end === undefined || others.length > 0) return [];
    return [
      { at: start.at, change: 1 },
      { at: end.at, change: -1 },
    ];
  });
  let running = 0;
  let most = 0;
  for (const { change } of moments.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
    running += change;
    most = Math.max(most, running);
  }
  return most <= limits.concurrency ? [] : [`${most} ran at once, where ${limits.concurrency} may`];
};

/**
 * A bucket that is filled at the rate, and of which each job takes one when it first starts. Beyond the burst there may be as many as
 * may run at once: those had taken theirs before, and were about to start. One more is the edge of a millisecond.
 */
const rateIsKept: Invariant = ({ starts }, _state, limits) => {
  if (limits === undefined) return [];
  const { concurrency, rateLimit } = limits;
  const most = rateLimit.burst + concurrency + 1;
  const firsts = [...starts.values()].map((runs) => Math.min(...runs.map(({ at }) => at)));
  let tokens = most;
  let before = 0;
  let least = most;
  for (const at of firsts.toSorted((a, b) => a - b)) {
    const filled = ((at - before) / 1_000 / rateLimit.per) * rateLimit.limit;
    tokens = Math.min(most, tokens + filled) - 1;
    least = Math.min(least, tokens);
    before = at;
  }
  return least >= 0 ? [] : [`up to ${Math.ceil(-least)} more started than the rate allows`];
};

const nothingIsLeft: Invariant = (_history, { leftovers }) => leftovers.map((name) => `left over: ${name}`);

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'no accepted job is lost': nothingIsLost,
  'no job runs that nobody enqueued': nothingIsInvented,
  'a call makes one job, however often it is repeated': oneJobACall,
  'an idempotency key gives one job': oneJobAKey,
  'a job lies in one place': inOnePlace,
  'counts are what is stored': countsAreRecords,
  'fences grow': fencesGrow,
  'one verdict ends a job, the one with the highest fence': oneVerdictAJob,
  'what a worker was told is what is stored': verdictsAreStored,
  'attempts are bounded': attemptsAreBounded,
  'all runs of a job have one idempotency key': keysAreStable,
  'a dead letter has a reason': deadForAReason,
  'what runs has a lease and an owner': whatRunsIsHeld,
  'no more run at once than may': slotsAreBounded,
  'no more start than the rate allows': rateIsKept,
  'no lease, slot or line is left': nothingIsLeft,
};
