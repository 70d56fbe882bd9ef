import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../../lib/backends/memory/ring.js';
import { seed } from './an-entry.js';

interface Item {
  readonly seq: number;
  slot: number;
}

const items = (count: number): Item[] => Array.from({ length: count }, (_, seq) => ({ seq, slot: 0 }));

function filled(count: number): { ring: Ring<Item>; all: Item[] } {
  const ring = new Ring<Item>();
  const all = items(count);
  for (const item of all) ring.push(item);
  return { ring, all };
}

const seqs = (ring: Ring<Item>): number[] => [...ring.values()].map(({ seq }) => seq);

describe('a ring', () => {
  it('gives back first what came first', () => {
    const { ring, all } = filled(100);
    expect(all.map(() => ring.shift())).toEqual(all);
    expect(ring.shift()).toBeUndefined();
  });

  it('skips what was removed from its middle', () => {
    const { ring, all } = filled(5);
    for (const place of [1, 2, 4]) ring.remove(all[place] as Item);
    expect(seqs(ring)).toEqual([0, 3]);
    expect(ring.size).toBe(2);
    ring.shift();
    expect(ring.first()).toBe(all[3]);
  });

  it('keeps the order while it grows around its end', () => {
    const { ring } = filled(12);
    for (let n = 0; n < 10; n++) ring.shift();
    for (let seq = 12; seq < 60; seq++) ring.push({ seq, slot: 0 });
    expect(seqs(ring)).toEqual(Array.from({ length: 50 }, (_, n) => n + 10));
  });

  it('takes a member back in front of those that came after it', () => {
    const { ring, all } = filled(6);
    const [first, second, third] = [ring.shift(), ring.shift(), ring.shift()] as [Item, Item, Item];
    for (const item of [second, first, third]) ring.insert(item, (other) => other.seq < item.seq);
    expect(seqs(ring)).toEqual([0, 1, 2, 3, 4, 5]);
    ring.remove(all[1] as Item);
    expect(seqs(ring)).toEqual([0, 2, 3, 4, 5]);
  });

  it('takes a member back over holes', () => {
    const { ring, all } = filled(6);
    const taken = [ring.shift(), ring.shift()] as [Item, Item];
    ring.remove(all[3] as Item);
    const late = { seq: 4.5, slot: 0 };
    for (const item of [...taken, late]) ring.insert(item, (other) => other.seq < item.seq);
    expect(seqs(ring)).toEqual([0, 1, 2, 4, 4.5, 5]);
  });

  it('gives back the room of a burst once it is empty', () => {
    const { ring } = filled(20_000);
    while (ring.shift() !== undefined);
    ring.push({ seq: 1, slot: 0 });
    expect((ring as unknown as { items: unknown[] }).items.length).toBeLessThan(100);
  });

  it('needs no more room when members come and go for ever', () => {
    const { ring } = filled(10);
    for (let seq = 10; seq < 100_000; seq++) {
      ring.push({ seq, slot: 0 });
      ring.remove(ring.first() as Item);
    }
    expect((ring as unknown as { items: unknown[] }).items.length).toBeLessThan(100);
  });

  it(`does whatever an array would (seed ${seed})`, () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: 'push' as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'shift' as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const ring = new Ring<Item>();
        const model: Item[] = [];
        for (const [seq, one] of steps.entries()) {
          if (one.kind === 'push') {
            const item = { seq, slot: 0 };
            ring.push(item);
            model.push(item);
          } else if (one.kind === 'shift') {
            if (ring.shift() !== model.shift()) return false;
          } else if (model.length > 0) {
            const [item] = model.splice(one.at % model.length, 1);
            ring.remove(item as Item);
          }
        }
        expect([...ring.values()]).toEqual(model);
        return ring.size === model.length && ring.first() === model[0];
      }),
      { seed },
    );
  });
});
