import { describe, expect, it } from 'vitest';
import { wavesOf } from '../../../../../lib/backends/redis/remote/waves.js';
import type { JobRef, NewJob } from '../../../../../lib/contract/index.js';
import { aJob } from '../../../../../lib/testing/index.js';

const on = (queue: string, ...jobs: readonly JobRef[]): NewJob =>
  aJob({ queue, ...(jobs.length > 0 && { dependsOn: { jobs, onFailure: 'fail' } }) });
const waves = (...jobs: readonly NewJob[]): number[][] => wavesOf(jobs, [...jobs.keys()]);

describe('wavesOf', () => {
  it('sends all at once where nothing depends on another queue', () => {
    const parent = on('mail');
    expect(waves(parent, on('mail', parent), on('reports'))).toEqual([[0, 1, 2]]);
  });

  it('sends a job after a parent on another queue', () => {
    const parent = on('mail');
    const child = on('reports', parent);
    expect(waves(parent, child, on('archive', child), on('mail'))).toEqual([[0, 3], [1], [2]]);
  });

  it('sends a job after one of its own queue that has to be registered elsewhere', () => {
    const parent = on('reports', { queue: 'mail', id: 'from before' });
    expect(waves(parent, on('reports', parent))).toEqual([[0], [1]]);
  });

  it('sends a job right away whose parents are not in the batch', () => {
    expect(waves(on('reports', { queue: 'mail', id: 'from before' }))).toEqual([[0]]);
  });
});
