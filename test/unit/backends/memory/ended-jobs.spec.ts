import { describe, expect, it } from 'vitest';
import { EndedJobs } from '../../../../lib/backends/memory/ended-jobs.js';
import { anEntry, aQueue } from './an-entry.js';

describe('jobs that ended with nobody in hand of them', () => {
  it('are told of once', () => {
    const ended = new EndedJobs();
    ended.note(anEntry(aQueue(), { id: 'a', name: 'send' }));
    expect(ended.tell()).toMatchObject([{ queue: 'lane', id: 'a', name: 'send', attempt: 0 }]);
    expect(ended.tell()).toBeUndefined();
  });

  it('are the latest thousand at most, since nobody may ever ask', () => {
    const ended = new EndedJobs();
    const queue = aQueue();
    for (let n = 0; n < 1_500; n++) ended.note(anEntry(queue, { id: `${n}` }));
    const told = ended.tell();
    expect(told).toHaveLength(1_000);
    expect(told?.at(-1)?.id).toBe('1499');
  });
});
