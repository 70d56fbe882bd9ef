import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCarriable } from '../../../lib/codecs/json-carriable.js';
import { isPlainJson } from '../../../lib/codecs/json-plain.js';

const seed = Number(process.env['TASKS_TEST_SEED'] ?? Date.now() % 1_000_000);

describe('the quick look at a payload', () => {
  it(`never passes what the thorough walk would refuse or copy (seed ${seed})`, () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(anything, (value) => !isPlainJson(value) || toCarriable(value) === value),
      { seed, numRuns: 2_000 },
    );
  });

  it(`passes every JSON value without the two keys that the decoder may take out (seed ${seed})`, () => {
    const flat = fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => !/"(?:__proto__|constructor)"/u.test(JSON.stringify(value)));
    fc.assert(
      fc.property(flat, (value) => isPlainJson(value)),
      { seed, numRuns: 500 },
    );
  });

  it.each([
    ['a method', { send: () => 1 }],
    ['an inherited toJSON', [Object.assign([], { toJSON: () => 'x' })]],
    [
      'an instance of a class',
      new (class Point {
        x = 1;
      })(),
    ],
    ['`undefined` in an array', [1, undefined, 2]],
    ['a hole in an array', Object.assign([1], { length: 2 })],
    ['an own `__proto__`', JSON.parse('{"a":{"__proto__":1}}')],
    ['a `constructor`', { a: { constructor: { prototype: 1 } } }],
    ['not a number', { n: Number.NaN }],
  ])('leaves %s to the thorough walk', (_what, value) => {
    expect(isPlainJson(value)).toBe(false);
  });

  it('leaves a cycle to the thorough walk', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(isPlainJson(cycle)).toBe(false);
  });
});
