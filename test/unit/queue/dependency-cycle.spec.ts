import { describe, expect, it } from 'vitest';
import { assert, integer, property, array, tuple } from 'fast-check';
import { findCycle } from '../../../lib/queue/dependency-cycle.js';

const graph = (edges: Record<string, readonly string[]>) => new Map(Object.entries(edges));

describe('findCycle', () => {
  it.each([
    ['nothing', {}, undefined],
    ['jobs that depend on none', { a: [], b: [] }, undefined],
    ['a chain', { a: ['b'], b: ['c'], c: [] }, undefined],
    ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, undefined],
    ['parents from elsewhere', { a: ['x'], b: ['x', 'a'] }, undefined],
    ['a job on itself', { a: ['a'] }, ['a', 'a']],
    ['two jobs', { a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    ['a circle behind a chain', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, ['b', 'c', 'd', 'b']],
  ])('answers for %s', (_what, edges, cycle) => {
    expect(findCycle(graph(edges as Record<string, string[]>))).toEqual(cycle);
  });

  it('goes through a chain of a hundred thousand jobs', () => {
    const length = 100_000;
    const chain = new Map(Array.from({ length }, (_, n) => [`${n}`, [`${n + 1}`]]));
    expect(findCycle(chain)).toBeUndefined();
    chain.set(`${length}`, ['0']);
    expect(findCycle(chain)).toHaveLength(length + 2);
  });

  it('finds one exactly when no order of the jobs has all parents first', () => {
    const edges = array(tuple(integer({ min: 0, max: 7 }), integer({ min: 0, max: 7 })), { maxLength: 14 });
    assert(
      property(edges, (pairs) => {
        const parents = new Map<string, string[]>(Array.from({ length: 8 }, (_, n) => [`${n}`, []]));
        for (const [from, to] of pairs) parents.get(`${from}`)?.push(`${to}`);
        expect(findCycle(parents) === undefined).toBe(canBeOrdered(parents));
      }),
    );
  });
});

/** Takes away what depends on nothing, as long as there is any. */
function canBeOrdered(parents: ReadonlyMap<string, readonly string[]>): boolean {
  const left = new Map(parents);
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const [id, needs] of left) if (!needs.some((need) => left.has(need))) left.delete(id);
  }
  return left.size === 0;
}
