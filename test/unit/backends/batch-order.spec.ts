import { describe, expect, it } from 'vitest';
import { orderBatch } from '../../../lib/backends/batch-order.js';
import { aNewJob } from './memory/an-entry.js';

/** Jobs by name, each with those that it depends on: `{ b: 'a', a: '' }`. */
function batch(parents: Record<string, string>) {
  return Object.entries(parents).map(([id, on]) =>
    aNewJob({
      id,
      dependsOn: { jobs: on.split('').map((parent) => ({ queue: 'lane', id: parent })), onFailure: 'fail' },
    }),
  );
}

function order(parents: Record<string, string>): { names: string; circular: string } {
  const names = Object.keys(parents);
  const { places, circular } = orderBatch(batch(parents));
  const join = (of: Iterable<number>) => [...of].map((place) => names[place]).join('');
  return { names: join(places), circular: join(circular) };
}

describe('the order of a batch', () => {
  it('is its own where no job depends on a later one', () => {
    expect(order({ a: '', b: 'a', c: 'ab', d: '' })).toEqual({ names: 'abcd', circular: '' });
  });

  it('lets a job follow right after the last of those that it depends on', () => {
    expect(order({ c: 'ab', b: 'a', x: '', a: '', y: '' }).names).toBe('xabcy');
  });

  it('takes no note of jobs outside the batch', () => {
    expect(order({ a: 'z', b: '' })).toEqual({ names: 'ab', circular: '' });
  });

  it('finds every job of a circle', () => {
    expect(order({ a: 'c', b: 'a', c: 'b', d: '' })).toEqual({ names: 'dabc', circular: 'abc' });
  });

  it('finds a job that depends on itself', () => {
    expect(order({ a: 'a', b: '' }).circular).toBe('a');
  });

  it('does not take what hangs off a circle for part of it', () => {
    const { names, circular } = order({ tail: 'b', b: 'a', a: 'b' });
    expect(circular).toBe('ba');
    expect(names).toContain('tail');
  });

  it('keeps jobs of one id on two queues apart', () => {
    const [first, second] = [aNewJob({ id: 'a', queue: 'mail' }), aNewJob({ id: 'a', queue: 'reports' })];
    const child = aNewJob({
      id: 'c',
      dependsOn: { jobs: [{ queue: 'reports', id: 'a' }], onFailure: 'fail' },
    });
    expect(orderBatch([child, first, second]).places).toEqual([1, 2, 0]);
  });

  it('orders a chain of ten thousand jobs that stands on its head', () => {
    const length = 10_000;
    const chain = Array.from({ length }, (_, n) =>
      aNewJob({
        id: `${n}`,
        dependsOn: { jobs: n + 1 < length ? [{ queue: 'lane', id: `${n + 1}` }] : [], onFailure: 'fail' },
      }),
    );
    const { places } = orderBatch(chain);
    expect(places[0]).toBe(length - 1);
    expect(places).toHaveLength(length);
  });
});
