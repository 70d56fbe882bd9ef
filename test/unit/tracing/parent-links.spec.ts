import { describe, expect, it } from 'vitest';
import type { ClaimedJob, JobRecord, JobRef, ParentOutcome } from '../../../lib/contract/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { ParentLinks } from '../../../lib/tracing/parent-links.js';
import { anApi } from './an-api.js';

const outcome = (id: string): ParentOutcome => ({ queue: 'mails', id, state: 'completed', result: '1' });
const run = (...parents: ParentOutcome[]) => ({
  job: { queue: 'reports', extra: parents.length === 0 ? undefined : { parents } } as unknown as ClaimedJob,
});

/** Links over a store that answers so. */
function linksOver(get: (jobs: readonly JobRef[]) => Promise<(JobRecord | undefined)[]>) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const backendOf = (queue: string) => {
    asked.push(queue);
    return queue === 'reports' ? { get } : undefined;
  };
  return { clock, asked, links: new ParentLinks(anApi().api, { backendOf, clock }) };
}
const record = (traceparent?: string): JobRecord =>
  (traceparent === undefined ? {} : { headers: { traceparent } }) as unknown as JobRecord;

describe('What a run links to because it depends on it', () => {
  it('is where each of those jobs comes from, by one look at the store', async () => {
    const looks: (readonly JobRef[])[] = [];
    const { links } = linksOver(async (jobs) => {
      looks.push(jobs);
      return [record('p1'), undefined, record(), record('p2')];
    });
    const found = await links.of(run(...['a', 'b', 'c', 'd'].map(outcome)));
    expect(found?.map(({ context }) => context.spanId)).toEqual(['p1', 'p2']);
    expect(looks).toEqual([['a', 'b', 'c', 'd'].map((id) => ({ queue: 'mails', id }))]);
  });

  it('is nothing, without a look, for a job that depends on none', () => {
    const { links, asked } = linksOver(() => Promise.resolve([]));
    expect([links.of(run()), asked]).toEqual([undefined, []]);
  });

  it.each([
    ['the store is in trouble', () => Promise.reject(new Error('away'))],
    [
      'it cannot even be asked',
      () => {
        throw new Error('closed');
      },
    ],
  ])('is nothing when %s', async (_, get) => {
    await expect(linksOver(get).links.of(run(outcome('a')))).resolves.toEqual([]);
  });

  it('is nothing when the store says nothing, in bounded time', async () => {
    const { links, clock } = linksOver(() => new Promise(() => undefined));
    const found = links.of(run(outcome('a')));
    await clock.advance(2_000);
    await expect(found).resolves.toEqual([]);
  });
});
