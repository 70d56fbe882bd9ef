import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MomentHeap, type Momentous } from '../../../../lib/backends/memory/moment-heap.js';
import { seed } from './an-entry.js';

const due = (moment: number, seq = 0): Momentous => ({ moment, seq, slot: -1 });

function drain(heap: MomentHeap<Momentous>): Momentous[] {
  const drained: Momentous[] = [];
  for (let first = heap.first(); first !== undefined; first = heap.first()) {
    heap.remove(first);
    drained.push(first);
  }
  return drained;
}

describe('a heap of moments', () => {
  it('gives the soonest first', () => {
    const heap = new MomentHeap();
    for (const moment of [5, 1, 4, 2, 3]) heap.push(due(moment));
    expect(drain(heap).map(({ moment }) => moment)).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives what is due at one moment in the order in which it came', () => {
    const heap = new MomentHeap();
    for (const seq of [3, 1, 2]) heap.push(due(7, seq));
    expect(drain(heap).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('names the earliest moment, and none when it is empty', () => {
    const heap = new MomentHeap();
    expect(heap.earliest()).toBe(Infinity);
    heap.push(due(7));
    heap.push(due(3));
    expect(heap.earliest()).toBe(3);
  });

  it('takes note of a moment that has moved, in either direction', () => {
    const heap = new MomentHeap();
    const members = [1, 2, 3, 4, 5].map((moment) => due(moment));
    for (const member of members) heap.push(member);
    const [first, , , , last] = members as [Momentous, Momentous, Momentous, Momentous, Momentous];
    first.moment = 10;
    heap.moved(first);
    last.moment = 0;
    heap.moved(last);
    expect(drain(heap).map(({ moment }) => moment)).toEqual([0, 2, 3, 4, 10]);
  });

  it(`stays in order whatever is added, moved and removed (seed ${seed})`, () => {
    const step = fc.record({
      kind: fc.constantFrom('push', 'push', 'move', 'remove'),
      at: fc.nat(),
      moment: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new MomentHeap();
        const members: Momentous[] = [];
        for (const [seq, { kind, at, moment }] of steps.entries()) {
          const place = members.length === 0 ? 0 : at % members.length;
          const member = members[place];
          if (kind === 'push' || member === undefined) {
            members.push(due(moment, seq));
            heap.push(members.at(-1) as Momentous);
          } else if (kind === 'move') {
            member.moment = moment;
            heap.moved(member);
          } else {
            members.splice(place, 1);
            heap.remove(member);
          }
        }
        const sorted = members.toSorted((a, b) => a.moment - b.moment || a.seq - b.seq);
        expect(drain(heap)).toEqual(sorted);
      }),
      { seed },
    );
  });
});
