import { describe, expect, it } from 'vitest';
import { TOMBSTONE_TTL } from '../../../../lib/contract/index.js';
import { JobTable } from '../../../../lib/backends/memory/job-table.js';
import { COMPLETED, FAILED } from '../../../../lib/backends/memory/state-code.js';
import { anEntry, aQueue } from './an-entry.js';

function table(tombstoneMax = 100) {
  const queue = aQueue();
  const jobs = new JobTable(tombstoneMax);
  const add = (id: string, state = COMPLETED) => {
    const entry = anEntry(queue, { id });
    entry.state = state;
    jobs.add(entry);
    return entry;
  };
  return { jobs, add };
}

describe('a table of jobs', () => {
  it('finds a job by its id, whatever that reads like', () => {
    const { jobs, add } = table();
    const entries = ['__proto__', 'constructor', 'a', ''].map((id) => add(id));
    expect(['__proto__', 'constructor', 'a', ''].map((id) => jobs.get(id))).toEqual(entries);
    expect(jobs.get('toString')).toBeUndefined();
  });

  it('keeps the outcome alone of a job that is buried', () => {
    const { jobs, add } = table();
    const entry = add('a', FAILED);
    jobs.bury(entry, 0);
    expect([jobs.get('a'), jobs.has(entry), jobs.outcomeOf('a')]).toEqual([undefined, false, FAILED]);
    expect([jobs.knows('a', false), jobs.knows('a', true)]).toEqual([false, true]);
    expect([...jobs.values()]).toEqual([]);
  });

  it('keeps tombstones for an hour', () => {
    const { jobs, add } = table();
    jobs.bury(add('a'), 1_000);
    expect(jobs.nextAt()).toBe(1_000 + TOMBSTONE_TTL);
    jobs.expire(999 + TOMBSTONE_TTL);
    expect(jobs.outcomeOf('a')).toBe(COMPLETED);
    jobs.expire(1_000 + TOMBSTONE_TTL);
    expect(jobs.outcomeOf('a')).toBeUndefined();
    expect(jobs.nextAt()).toBe(Infinity);
  });

  it('keeps the latest tombstones up to their number', () => {
    const { jobs, add } = table(3);
    for (const id of 'abcde') jobs.bury(add(id), 0);
    expect(
      'abcde'
        .split('')
        .filter((id) => jobs.knows(id, true))
        .join(''),
    ).toBe('cde');
    expect(jobs.tombstoneCount).toBe(3);
  });

  it('keeps none where none are wanted', () => {
    const { jobs, add } = table(0);
    jobs.bury(add('a'), 0);
    expect(jobs.knows('a', true)).toBe(false);
  });

  it('does not drop a new job for the tombstone of one that had its id before', () => {
    const { jobs, add } = table();
    jobs.bury(add('a'), 0);
    const again = add('a');
    jobs.expire(TOMBSTONE_TTL);
    expect(jobs.get('a')).toBe(again);
  });

  it('forgets a job that is removed without a trace', () => {
    const { jobs, add } = table();
    jobs.remove(add('a'));
    expect(jobs.knows('a', true)).toBe(false);
  });
});
