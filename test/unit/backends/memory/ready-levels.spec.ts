import { describe, expect, it } from 'vitest';
import type { NewJob } from '../../../../lib/contract/index.js';
import type { JobEntry } from '../../../../lib/backends/memory/job-entry.js';
import { ReadyLevels } from '../../../../lib/backends/memory/ready-levels.js';
import { anEntry, aQueue } from './an-entry.js';

/** Levels, and a hand that makes jobs for them in order. */
function levels() {
  const queue = aQueue();
  const ready = new ReadyLevels();
  let made = 0;
  const make = (words: Partial<NewJob> = {}): JobEntry => {
    const entry = anEntry(queue, { id: `${words.key ?? 'job'}-${made}`, ...words });
    entry.seq = ++made;
    return entry;
  };
  const push = (count: number, words: Partial<NewJob> = {}): JobEntry[] =>
    Array.from({ length: count }, () => {
      const entry = make(words);
      ready.push(entry);
      return entry;
    });
  const take = (count = 1_000): JobEntry[] => {
    const taken: JobEntry[] = [];
    for (let entry = ready.take(); entry !== undefined; entry = ready.take()) {
      taken.push(entry);
      if (taken.length === count) break;
    }
    return taken;
  };
  return { ready, make, push, take };
}

const keys = (jobs: readonly JobEntry[]): string => jobs.map(({ rare }) => rare?.key ?? '-').join('');

describe('the ready jobs of a queue', () => {
  it('go by priority, then first in, first out', () => {
    const { push, take } = levels();
    const [low, high, middle, top] = [0, 20, 7, 20].map((priority) => push(1, { priority })[0]);
    expect(take()).toEqual([high, top, middle, low]);
  });

  it('are none once all are taken or removed', () => {
    const { ready, push, take } = levels();
    const [one, two] = push(2) as [JobEntry, JobEntry];
    expect(ready.isEmpty).toBe(false);
    ready.remove(two);
    expect(take()).toEqual([one]);
    expect(ready.isEmpty).toBe(true);
  });

  it('take turns between keys, and jobs without a key are one of them', () => {
    const { push, take } = levels();
    push(3, { key: 'a' });
    push(3, { key: 'b' });
    push(3);
    expect(keys(take())).toBe('ab-ab-ab-');
  });

  it('let a key that comes late in after one turn of the others, not after their backlog', () => {
    const { push, take } = levels();
    push(50, { key: 'a' });
    take(20);
    push(2, { key: 'b' });
    expect(keys(take(5))).toBe('ababa');
  });

  it('give a key that was idle no credit for that', () => {
    const { push, take } = levels();
    push(1, { key: 'b' });
    push(50, { key: 'a' });
    take(30);
    push(10, { key: 'b' });
    expect(keys(take(6))).toBe('ababab');
  });

  it('share by weight', () => {
    const { push, take } = levels();
    push(40, { key: 'a', weight: 3 });
    push(40, { key: 'b' });
    const share = keys(take(40)).replaceAll('b', '').length;
    expect(share).toBeGreaterThanOrEqual(29);
    expect(share).toBeLessThanOrEqual(31);
  });

  it('share each priority on its own', () => {
    const { push, take } = levels();
    push(2, { key: 'a', priority: 9 });
    push(2, { key: 'a' });
    push(2, { key: 'b' });
    expect(keys(take())).toBe('aaabab');
  });

  it('give a job that is put back its old place', () => {
    const { ready, push, take } = levels();
    const all = push(6);
    const [one, two, three] = take(3) as [JobEntry, JobEntry, JobEntry];
    for (const entry of [three, one, two]) ready.putBack(entry);
    expect(take()).toEqual(all);
  });

  it('give a job that is put back its old turn among keys', () => {
    const { ready, push, take } = levels();
    push(2, { key: 'a' });
    push(2, { key: 'b' });
    const [first] = take(1) as [JobEntry];
    ready.putBack(first);
    expect(keys(take())).toBe('abab');
  });

  it('put a job back in front although the queue has run dry meanwhile', () => {
    const { ready, push, take } = levels();
    push(1, { key: 'a' });
    const [only] = take() as [JobEntry];
    ready.putBack(only);
    push(1, { key: 'b' });
    expect(keys(take())).toBe('ab');
  });

  it('keep their order among keys when a first one is removed', () => {
    const { ready, push, take } = levels();
    const [first] = push(3, { key: 'a' }) as [JobEntry];
    push(2, { key: 'b' });
    ready.remove(first);
    expect(keys(take()).length).toBe(4);
  });

  it('remember nothing of a key that has none', () => {
    const { ready, push, take } = levels();
    for (let key = 0; key < 1_000; key++) push(1, { key: `tenant-${key}` });
    take();
    const [level] = (ready as unknown as { levels: { keyed?: Map<string, unknown> }[] }).levels.filter(
      Boolean,
    );
    expect(level?.keyed?.size).toBe(0);
  });
});
