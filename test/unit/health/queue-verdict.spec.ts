import { describe, expect, it } from 'vitest';
import { JOB_STATES, type Counts, type QueueStatus } from '../../../lib/contract/index.js';
import { resolveHealthOptions } from '../../../lib/health/health-options.js';
import { queueVerdict } from '../../../lib/health/queue-verdict.js';
import { worstOf } from '../../../lib/health/task-health.js';

const NOW = 1_000_000_000;
const MINUTE = 60_000;

function status(counts: Partial<Counts>, age?: number): QueueStatus {
  const none = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Counts;
  return {
    counts: { ...none, ...counts },
    isPaused: false,
    ...(age === undefined ? {} : { readySince: NOW - age }),
  };
}
const verdictOf = (given: QueueStatus, thresholds = {}) => {
  const limits = resolveHealthOptions({ thresholds }).of('mails');
  if (limits === undefined) throw new Error('the queue is looked at');
  return queueVerdict('main', given, limits, NOW);
};

describe('What the numbers of a queue mean', () => {
  it('is nothing bad when nothing waits', () => {
    expect(verdictOf(status({ running: 3, failed: 2 }))).toEqual({
      status: 'up',
      reasons: [],
      backend: 'main',
      pending: 0,
      running: 3,
      deadLetters: 2,
      isPaused: false,
      oldestAge: 0,
    });
  });

  it('is nothing about ages where nobody knows them', () => {
    const limits = resolveHealthOptions({ thresholds: { downAge: '1m' } }).of('mails');
    if (limits === undefined) throw new Error('the queue is looked at');
    const health = queueVerdict('main', status({ pending: 1 }, 60 * MINUTE), limits, undefined);
    expect(health).toMatchObject({ status: 'up', reasons: [], pending: 1 });
    expect(health).not.toHaveProperty('oldestAge');
  });

  it('is that it is degraded when a job has been ready for more than five minutes', () => {
    expect(verdictOf(status({ pending: 1 }, 5 * MINUTE)).status).toBe('up');
    expect(verdictOf(status({ pending: 1 }, 5 * MINUTE + 1)).status).toBe('degraded');
  });

  it('says all that is wrong, and is the worst of it', () => {
    const verdict = verdictOf(status({ pending: 12 }, 2 * MINUTE), {
      degradedAge: '1m',
      degradedDepth: 10,
      downDepth: 11,
    });
    expect(verdict.status).toBe('down');
    expect(verdict.reasons).toEqual([
      'the oldest ready job waits for 120 s, longer than 60 s',
      '12 jobs are pending, more than 11',
      '12 jobs are pending, more than 10',
    ]);
  });

  it('takes a job that will be ready in a moment for one that is new: clocks differ', () => {
    expect(verdictOf(status({ pending: 1 }, -500))).toMatchObject({ status: 'up', oldestAge: 0 });
  });

  it('never makes it degraded by age where the options say so', () => {
    expect(verdictOf(status({ pending: 1 }, 1e9), { degradedAge: false }).status).toBe('up');
  });
});

describe('The worst of several', () => {
  it.each([
    [[], 'up'],
    [['up', 'degraded', 'up'], 'degraded'],
    [['degraded', 'down', 'up'], 'down'],
  ] as const)('of %j is %s', (statuses, worst) => {
    expect(worstOf(statuses)).toBe(worst);
  });
});

describe('Thresholds', () => {
  it('of a single queue stand on top of those of all', () => {
    const { of } = resolveHealthOptions({
      thresholds: { degradedDepth: 10, downAge: '1h' },
      queues: { urgent: { downAge: '1m' }, bulk: false },
    });
    expect(of('urgent')).toMatchObject({ degradedDepth: 10, downAge: MINUTE });
    expect(of('mails')).toMatchObject({ degradedDepth: 10, downAge: 60 * MINUTE });
    expect(of('bulk')).toBeUndefined();
  });

  it('have defaults that take no process out for a backlog', () => {
    expect(resolveHealthOptions({}).of('mails')).toEqual({
      degradedAge: 5 * MINUTE,
      degradedDepth: Infinity,
      downAge: Infinity,
      downDepth: Infinity,
    });
  });
});
