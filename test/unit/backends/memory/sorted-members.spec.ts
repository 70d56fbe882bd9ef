import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Scored, SortedMembers } from '../../../../lib/backends/memory/sorted-members.js';
import { seed } from './an-entry.js';

const names = (items: Iterable<Scored>): string => [...items].map(({ member }) => member).join(' ');

function sorted(...items: [string, number][]): SortedMembers {
  const members = new SortedMembers();
  for (const [member, score] of items) members.add({ member, score });
  return members;
}

describe('sorted members', () => {
  it('go by score, then by name', () => {
    expect(names(sorted(['b', 1], ['c', 0], ['a', 1]).from(-Infinity))).toBe('c a b');
  });

  it('begin at a score, bound included', () => {
    expect(names(sorted(['a', 1], ['b', 2], ['c', 3]).from(2))).toBe('b c');
  });

  it('go downwards from a score, bound included', () => {
    expect(names(sorted(['a', 1], ['b', 2], ['bb', 2], ['c', 3]).downFrom(2))).toBe('bb b a');
  });

  it('can be none', () => {
    const members = sorted(['a', 1]);
    members.remove({ member: 'a', score: 1 });
    expect(names(members.from(-Infinity)) + names(members.downFrom(Infinity))).toBe('');
  });

  it('let only the very member go', () => {
    const members = sorted(['a', 1]);
    members.remove({ member: 'b', score: 1 });
    expect(names(members.from(0))).toBe('a');
  });

  it('stay in order over many chunks', () => {
    const members = new SortedMembers();
    const all = Array.from({ length: 5_000 }, (_, n) => ({ member: `m${n}`, score: (n * 7_919) % 5_000 }));
    for (const item of all) members.add(item);
    for (const item of all.filter(({ score }) => score % 3 === 0)) members.remove(item);
    const scores = all.map(({ score }) => score).filter((score) => score % 3 !== 0);
    expect([...members.from(-Infinity)].map(({ score }) => score)).toEqual(scores.toSorted((a, b) => a - b));
    expect([...members.downFrom(2_500)].map(({ score }) => score)).toEqual(
      scores.filter((score) => score <= 2_500).toSorted((a, b) => b - a),
    );
  });

  it(`find what a sorted array would (seed ${seed})`, () => {
    const steps = fc.array(
      fc.record({
        member: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        score: fc.integer({ min: -3, max: 3 }),
      }),
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: -4, max: 4 }), (items, bound) => {
        const members = new SortedMembers();
        const model = new Map<string, Scored>();
        for (const item of items) {
          const known = model.get(item.member);
          if (known !== undefined) members.remove(known);
          model.set(item.member, item);
          members.add(item);
        }
        const inOrder = [...model.values()].toSorted(
          (a, b) => a.score - b.score || (a.member < b.member ? -1 : 1),
        );
        expect([...members.from(bound)]).toEqual(inOrder.filter(({ score }) => score >= bound));
        expect([...members.downFrom(bound)]).toEqual(
          inOrder.filter(({ score }) => score <= bound).toReversed(),
        );
      }),
      { seed },
    );
  });
});
