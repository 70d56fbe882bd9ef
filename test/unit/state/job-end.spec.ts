import { describe, expect, it } from 'vitest';
import { CodecSet } from '../../../lib/codecs/index.js';
import { JOB_STATES, isFinished, type JobState } from '../../../lib/contract/index.js';
import { hasEnded, resultOf, type JobEnd } from '../../../lib/state/index.js';

const codecs = new CodecSet();
const end = (state: JobState, more: Partial<JobEnd> = {}): JobEnd => ({
  queue: 'default',
  id: 'j',
  name: 'import',
  state,
  codec: 'json',
  attempt: 1,
  ...more,
});

describe('hasEnded', () => {
  it.each(JOB_STATES)('knows whether %s is an end', (state) => {
    expect(hasEnded(end(state))).toBe(isFinished(state));
  });
});

describe('resultOf', () => {
  it('gives the decoded result of a completed job', () => {
    expect(resultOf(end('completed', { result: '[1]' }), codecs)).toEqual([1]);
    expect(resultOf(end('completed'), codecs)).toBeUndefined();
  });

  it.each<[string, JobEnd, object]>([
    [
      'a dead letter',
      end('failed', { error: { name: 'E', message: 'm' } }),
      { code: 'TASKS_EXECUTION', record: { name: 'E', message: 'm' } },
    ],
    ['a dead letter without an error', end('failed'), { code: 'TASKS_EXECUTION' }],
    [
      'a cancelled job',
      end('cancelled', { cancelReason: 'why' }),
      { code: 'TASKS_CANCELLED', reason: 'why' },
    ],
    ['a cancelled job without a reason', end('cancelled'), { code: 'TASKS_CANCELLED' }],
    [
      'a job whose dependency failed',
      end('cancelled', { cancelReason: 'dependency-failed', dependsOn: [{ queue: 'default', id: 'p' }] }),
      { code: 'TASKS_DEPENDENCY_FAILED', jobId: 'p' },
    ],
    [
      'such a job that does not say which',
      end('cancelled', { cancelReason: 'dependency-failed' }),
      { code: 'TASKS_DEPENDENCY_FAILED', jobId: 'j' },
    ],
    ['a job that goes on', end('running'), { code: 'TASKS_JOB_NOT_FOUND' }],
  ])('throws for %s', (_what, job, error) => {
    expect(() => resultOf(job, codecs)).toThrow(expect.objectContaining(error));
  });
});
