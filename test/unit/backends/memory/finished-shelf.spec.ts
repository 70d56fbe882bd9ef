import { describe, expect, it } from 'vitest';
import { FinishedShelf } from '../../../../lib/backends/memory/finished-shelf.js';
import type { JobEntry } from '../../../../lib/backends/memory/job-entry.js';
import { DependencyLinks } from '../../../../lib/backends/memory/dependency-links.js';
import { rarelyOf } from '../../../../lib/backends/memory/job-rarities.js';
import { CANCELLED, COMPLETED, FAILED, WAITING } from '../../../../lib/backends/memory/state-code.js';
import { anEntry, aQueue } from './an-entry.js';

const queue = aQueue();

function finishedAt(moment: number, id = `at ${moment}`): JobEntry {
  const entry = anEntry(queue, { id });
  entry.state = COMPLETED;
  entry.moment = moment;
  return entry;
}

function shelf(ttl: number, max: number, ...jobs: JobEntry[]): FinishedShelf {
  const filled = new FinishedShelf(ttl, max);
  for (const job of jobs) filled.add(job);
  return filled;
}

function overdue(of: FinishedShelf, now: number): JobEntry[] {
  const taken: JobEntry[] = [];
  for (let job = of.takeOverdue(now); job !== undefined; job = of.takeOverdue(now)) taken.push(job);
  return taken;
}

function unfinishedDependentOf(parent: JobEntry): JobEntry {
  const child = anEntry(queue, { id: `after ${parent.id}` });
  child.state = WAITING;
  rarelyOf(parent).dependents = new Set([child]);
  return child;
}

describe('a shelf of finished jobs', () => {
  it('drops what is over its time, oldest first', () => {
    const [one, two, three] = [finishedAt(0), finishedAt(5), finishedAt(50)];
    const jobs = shelf(100, 10, one, two, three);
    expect(jobs.nextAt()).toBe(100);
    expect(overdue(jobs, 99)).toEqual([]);
    expect(overdue(jobs, 105)).toEqual([one, two]);
    expect(jobs.nextAt()).toBe(150);
  });

  it('drops the oldest of too many, at once', () => {
    const all = [finishedAt(0), finishedAt(1), finishedAt(2)];
    expect(overdue(shelf(1_000, 2, ...all), 2)).toEqual([all[0]]);
  });

  it('goes by bounds that are set later', () => {
    const all = [finishedAt(0), finishedAt(1), finishedAt(2)];
    const jobs = shelf(1_000, 10, ...all);
    jobs.setBounds(1_000, 1);
    expect(overdue(jobs, 2)).toEqual(all.slice(0, 2));
  });

  it('sets a job aside that an unfinished one depends on, and goes on with the next', () => {
    const [parent, other] = [finishedAt(0), finishedAt(1)];
    unfinishedDependentOf(parent);
    const jobs = shelf(100, 10, parent, other);
    expect(overdue(jobs, 200)).toEqual([other]);
    expect(jobs.isHeld(parent)).toBe(true);
    expect([...jobs.values()]).toEqual([parent]);
  });

  it('does not hold a job whose dependents have all finished', () => {
    const parent = finishedAt(0);
    unfinishedDependentOf(parent).state = COMPLETED;
    expect(overdue(shelf(100, 10, parent), 200)).toEqual([parent]);
  });

  it('holds a job that was cancelled with a dead letter for as long as that can be retried', () => {
    const dead = finishedAt(0, 'dead');
    dead.state = FAILED;
    const child = finishedAt(1, 'child');
    child.state = CANCELLED;
    const link = { queue: 'lane', id: 'dead', parent: dead, outcome: undefined };
    rarelyOf(child).links = new DependencyLinks('fail', [link], 0);
    const jobs = shelf(100, 10, child);
    expect(overdue(jobs, 200)).toEqual([child]);
    jobs.add(child);
    (rarelyOf(child).links as DependencyLinks).broken = true;
    expect(overdue(jobs, 200)).toEqual([]);
    expect(jobs.isHeld(child)).toBe(true);
  });

  it('lets a held job go like any other', () => {
    const parent = finishedAt(0);
    unfinishedDependentOf(parent);
    const jobs = shelf(100, 10, parent);
    overdue(jobs, 200);
    jobs.remove(parent);
    expect([...jobs.values()]).toEqual([]);
  });
});
