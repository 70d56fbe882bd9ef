import { describe, expect, it } from 'vitest';
import { JobKinds } from '../../../../lib/backends/memory/job-kind.js';
import { aNewJob, aQueue } from './an-entry.js';

describe('the kinds of jobs', () => {
  it('are shared by calls of one task', () => {
    const kinds = new JobKinds(aQueue());
    expect(kinds.of(aNewJob({ id: 'a' }))).toBe(kinds.of(aNewJob({ id: 'b', priority: 9 })));
  });

  it('differ with what the calls differ in', () => {
    const kinds = new JobKinds(aQueue());
    const differences = [
      {},
      { maxRetries: 9 },
      { maxStalled: 1 },
      { timeout: 5 },
      { codec: 'x' },
      { version: 2 },
    ];
    for (const words of [...differences, { name: 'other' }]) {
      expect(kinds.of(aNewJob(words))).toMatchObject({ ...aKindOf(words) });
    }
  });

  it('know the default of what a call does not say', () => {
    expect(new JobKinds(aQueue()).of(aNewJob()).maxStalled).toBe(3);
  });

  it('are not kept without end for names that somebody makes up', () => {
    const kinds = new JobKinds(aQueue());
    for (let n = 0; n < 10_000; n++) kinds.of(aNewJob({ name: `made-up-${n}` }));
    expect((kinds as unknown as { latest: Map<string, unknown> }).latest.size).toBeLessThanOrEqual(1_024);
  });
});

function aKindOf(words: object): object {
  return {
    name: 'task',
    maxRetries: 3,
    maxStalled: 3,
    timeout: undefined,
    codec: 'json',
    version: 1,
    ...words,
  };
}
