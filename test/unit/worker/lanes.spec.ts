import { describe, expect, it } from 'vitest';
import { Lanes } from '../../../lib/worker/lanes.js';

const orders = (lanes: Lanes, claims: number) =>
  Array.from({ length: claims }, () => lanes.next(5).map(({ queue }) => queue));

/** How often each queue is the first that is looked at. */
function firsts(lanes: Lanes, claims: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [first] of orders(lanes, claims)) counts[first!] = (counts[first!] ?? 0) + 1;
  return counts;
}

describe('Lanes', () => {
  it('looks at urgent first, then at the others, at bulk last', () => {
    const lanes = new Lanes(['bulk', 'default', 'urgent']);
    expect(lanes.next(5)).toEqual([
      { queue: 'urgent', limit: 5 },
      { queue: 'default', limit: 5 },
      { queue: 'bulk', limit: 5 },
    ]);
  });

  it('looks at bulk first once in twenty claims, and at the middle once', () => {
    const lanes = new Lanes(['urgent', 'default', 'bulk']);
    expect(firsts(lanes, 200)).toEqual({ urgent: 180, default: 10, bulk: 10 });
  });

  it('asks each queue once a claim, in whatever order', () => {
    const queues = ['urgent', 'a', 'b', 'c', 'bulk'];
    for (const order of orders(new Lanes(queues), 60)) expect(order.toSorted()).toEqual(queues.toSorted());
  });

  it('takes the middle queues in turn', () => {
    const lanes = new Lanes(['a', 'b', 'c']);
    expect(orders(lanes, 4)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  it.each(Array.from({ length: 21 }, (_, place) => place + 1))(
    'gives each of %i middle queues its turn behind an urgent lane that never empties',
    (count) => {
      const middle = Array.from({ length: count }, (_, place) => `q${place}`);
      const counts = firsts(new Lanes(['urgent', ...middle, 'bulk']), 20 * count);
      expect(middle.map((queue) => counts[queue])).toEqual(middle.map(() => 1));
    },
  );

  it.each([2, 3, 4, 5, 10, 19, 20, 21])('shares the other claims evenly among %i middle queues', (count) => {
    const middle = Array.from({ length: count }, (_, place) => `q${place}`);
    const lanes = new Lanes([...middle, 'bulk']);
    const counts = middle.map((queue) => firsts(lanes, 2 * 20 * 19 * count)[queue] ?? 0);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it('has nothing to take without queues', () => {
    expect(new Lanes([]).next(5)).toEqual([]);
  });
});
