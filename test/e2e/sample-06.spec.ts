import { describe, expect, it } from 'vitest';
import { type Enqueued, faultsOf } from '../../sample/06-schedules/src/stage/faults.js';
import { findStore } from '../../sample/06-schedules/src/stage/find-store.js';

const SECOND = 1_000;
const START = Date.UTC(2026, 0, 1);
const jobs = (...seconds: number[]): Enqueued[] =>
  seconds.map((second) => ({ slot: START + second * SECOND, lateness: 0 }));

describe('the check of sample 06', () => {
  it('is content with one job for each second, in whatever order they are listed', () => {
    expect(faultsOf(jobs(2, 0, 1, 3), 4)).toEqual([]);
  });

  it.each([
    { what: 'a slot that nobody fired', given: jobs(0, 1, 3), fault: '2026-01-01T00:00:02.000Z has 0 jobs' },
    {
      what: 'a slot that fired twice',
      given: jobs(0, 1, 1, 2),
      fault: '2026-01-01T00:00:01.000Z has 2 jobs',
    },
    { what: 'what is no slot', given: jobs(0, 1, 1.5, 2), fault: '2026-01-01T00:00:01.500Z is no slot' },
  ])('tells of $what', ({ given, fault }) => {
    expect(faultsOf(given, 3)).toEqual([fault]);
  });

  it('tells of a run that was too short to say anything', () => {
    expect(faultsOf(jobs(0, 1), 3)).toEqual(['there are 2 slots, expected at least 3']);
  });
});

describe('the store of sample 06', () => {
  it('is Redis, unless PostgreSQL is asked for', () => {
    expect(findStore({ REDIS_URL: 'redis://broker:6379' }).url).toBe('redis://broker:6379');
    const { url, variables } = findStore({ SAMPLE_STORE: 'postgres', DATABASE_URL: 'postgres://db/app' });
    expect(url).toBe('postgres://db/app');
    expect(variables['TASKS__BACKEND__OPTIONS__SCHEMA']).toMatch(/^sample_06_[0-9a-f]{8}$/);
  });
});
