import { JOB_STATES } from 'nestjs-tasks';
import type { Line } from '../processes/journal.js';
import type { FinalState } from './final-state.js';
import type { History } from './history.js';

/** What must hold after every run. Each gives what breaks it, as texts that name the job. */
export type Invariant = (history: History, state: FinalState) => string[];

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
  'no lease, slot or line is left': nothingIsLeft,
};
