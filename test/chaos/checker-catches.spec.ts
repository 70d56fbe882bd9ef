import { describe, expect, it } from 'vitest';
import type { Counts, JobRecord } from '../../lib/contract/index.js';
import type { Line, LineKind } from './processes/journal.js';
import type { QueueLimits } from './processes/settings.js';
import { check, type Report } from './harness/check.js';
import type { FinalState } from './harness/final-state.js';
import { History } from './harness/history.js';
import { INVARIANTS } from './harness/invariants.js';

const COUNTS: Counts = {
  pending: 0,
  scheduled: 0,
  waiting: 0,
  running: 0,
  retrying: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
};

type Told = readonly [kind: LineKind, rest?: Partial<Line>];

const RUN = { id: 'job', attempt: 1, fence: '1' };
/** One job from its call to its end. */
const GOOD: readonly Told[] = [
  ['try', { call: 'p/1' }],
  ['ok', { call: 'p/1', id: 'job', note: 'key' }],
  ['start', { ...RUN, call: 'p/1', note: 'job' }],
  ['effect', RUN],
  ['end', { ...RUN, note: 'returned' }],
  ['verdict', { ...RUN, note: 'completed' }],
];

const COMPLETED = record({});

/** One at once, ten a second, and five more after a pause. */
const LIMITS: QueueLimits = { concurrency: 1, rateLimit: { limit: 10, per: 1_000, burst: 5 } };

/** Jobs that each run for 5 ms, the next so many microseconds after it: at least all but one beside another, where that is less. */
function together(count: number, apart: number): Told[] {
  return Array.from({ length: count }, (_, place) => {
    const run = { id: `job ${place}`, attempt: 1, fence: '1' };
    const call = `q/${place}`;
    return [
      ['try', { call }],
      ['ok', { call, id: run.id }],
      ['start', { ...run, call, note: run.id, at: 1_000_000 + place * apart }],
      ['end', { ...run, at: 1_005_000 + place * apart }],
    ] satisfies Told[];
  }).flat();
}

describe('the checker', () => {
  it('finds nothing where everything is right', () => {
    expect(report()).toMatchObject({ accepted: 1, done: 1, lost: 0, doubled: 0, problems: [] });
  });

  it.each<readonly [string, () => Report]>([
    ['no accepted job is lost', () => report({ records: [] })],
    ['no accepted job is lost', () => report({ records: [record({ state: 'running' })] })],
    ['no accepted job is lost', () => report({ lines: GOOD.filter(([kind]) => kind !== 'effect') })],
    ['no job runs that nobody enqueued', () => report({ lines: GOOD.filter(([kind]) => kind !== 'try') })],
    ['a call makes one job', () => report({ also: [['start', { ...RUN, id: 'other', call: 'p/1' }]] })],
    ['a call makes one job', () => report({ also: [['ok', { call: 'p/1', id: 'other' }]] })],
    [
      'an idempotency key gives one job',
      () => report({ also: [['ok', { call: 'p/2', id: 'other', note: 'key' }]] }),
    ],
    ['a job lies in one place', () => report({ state: { misplaced: ['job'] } })],
    ['a job lies in one place', () => report({ state: { repeated: ['job'] } })],
    ['counts are what is stored', () => report({ state: { counts: { ...COUNTS, completed: 2 } } })],
    ['fences grow', () => report({ also: [['start', { ...RUN, attempt: 2, call: 'p/1', note: 'job' }]] })],
    [
      'fences grow',
      () => report({ also: [['start', { ...RUN, attempt: 0, fence: '2', call: 'p/1', note: 'job' }]] }),
    ],
    ['one verdict ends a job', () => report({ also: [['verdict', { ...RUN, note: 'completed' }]] })],
    [
      'one verdict ends a job',
      () => report({ also: [['start', { ...RUN, attempt: 2, fence: '10', call: 'p/1', note: 'job' }]] }),
    ],
    ['what a worker was told', () => report({ records: [record({ state: 'cancelled' })] })],
    ['attempts are bounded', () => report({ records: [record({ attempt: 8, stalls: 2 })] })],
    [
      'all runs of a job have one idempotency key',
      () => report({ also: [['start', { ...RUN, attempt: 2, fence: '2', call: 'p/1', note: 'new' }]] }),
    ],
    ['a dead letter has a reason', () => report({ records: [record({ state: 'failed', stalls: 1 })] })],
    ['what runs has a lease and an owner', () => report({ state: { unheld: ['job'] } })],
    ['no more run at once than may', () => report({ also: together(2, 0), limits: LIMITS })],
    ['no more start than the rate allows', () => report({ also: together(40, 10_000), limits: LIMITS })],
    ['no lease, slot or line is left', () => report({ state: { leftovers: ['leases'] } })],
  ])('finds a breach of: %s', (invariant, broken) => {
    expect(broken().problems.join('\n')).toContain(invariant);
  });

  it('takes a burst, and jobs that follow one another', () => {
    const problems = (told: readonly Told[]) =>
      report({ also: told, limits: LIMITS }).problems.filter((text) => /than may|rate/.test(text));
    expect(problems(together(6, 10_000))).toEqual([]);
    expect(problems(together(40, 100_000))).toEqual([]);
  });

  it('counts what is lost and what ran again', () => {
    const twice: Told = ['start', { ...RUN, attempt: 2, fence: '2', call: 'p/1', note: 'job' }];
    expect(report({ records: [], also: [twice] })).toMatchObject({
      accepted: 1,
      done: 0,
      lost: 1,
      doubled: 1,
    });
  });

  it('counts runs that ended after another had begun', () => {
    const early: Told = ['start', { ...RUN, attempt: 2, fence: '2', call: 'p/1', note: 'job', at: 5 }];
    const late: Told = ['end', { ...RUN, at: 9 }];
    const lines = GOOD.filter(([kind]) => kind !== 'end' && kind !== 'verdict');
    expect(report({ lines, also: [early, late] })).toMatchObject({ late: 1, problems: [] });
    expect(report().late).toBe(0);
  });

  it('allows a dead letter that has stalled as often as it may', () => {
    const dead = record({
      state: 'failed',
      stalls: 3,
      error: { name: 'x', message: '', code: 'TASKS_STALLED' },
    });
    const lines = GOOD.filter(([kind]) => kind !== 'verdict');
    expect(report({ records: [dead], lines }).problems).toEqual([]);
  });

  it('says of an invariant that is broken often how often, and names some', () => {
    const { problems } = report({ state: { leftovers: Array.from({ length: 9 }, (_, at) => `key ${at}`) } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/key 4 and 4 more$/);
  });

  it('is tried on every invariant that it has', () => {
    expect(Object.keys(INVARIANTS)).toHaveLength(16);
  });
});

function report(
  given: {
    readonly lines?: readonly Told[];
    readonly also?: readonly Told[];
    readonly records?: readonly JobRecord[];
    readonly state?: Partial<FinalState>;
    readonly limits?: QueueLimits;
  } = {},
): Report {
  const { lines = GOOD, also = [], records = [COMPLETED], state, limits } = given;
  const history = new History();
  for (const [kind, rest] of [...lines, ...also])
    history.add({ kind, at: 0, call: '', id: '', attempt: 0, fence: '', note: '', ...rest });
  const counts = { ...COUNTS };
  for (const { state } of records) counts[state] += 1;
  const final: FinalState = {
    records: new Map(records.map((one) => [one.id, one])),
    repeated: [],
    counts,
    leftovers: [],
    misplaced: [],
    unheld: [],
    ...state,
  };
  return check(history, final, limits);
}

function record(given: Partial<JobRecord>): JobRecord {
  return {
    queue: 'chaos',
    id: 'job',
    name: 'work',
    state: 'completed',
    codec: 'json',
    priority: 5,
    maxRetries: 5,
    maxStalled: 3,
    attempt: 1,
    stalls: 0,
    fence: '1',
    createdAt: 0,
    replays: 0,
    version: 1,
    ...given,
  };
}
