import { describe, expect, it } from 'vitest';
import { lengthOf, momentOf } from '../../../lib/cli/output/moments.js';

describe('a length of time', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [12_000, '12s'],
    [200_000, '3m 20s'],
    [7_200_000, '2h'],
    [187_200_000, '2d 4h'],
  ])('of %i ms is shown as %s', (ms, shown) => {
    expect(lengthOf(ms)).toBe(shown);
  });
});

describe('a moment', () => {
  it('is shown by how far it is away, in either direction', () => {
    expect(momentOf(new Date(60_000), 0)).toBe('in 1m');
    expect(momentOf(0, 60_000)).toBe('1m ago');
    expect(momentOf(undefined)).toBe('');
  });
});
