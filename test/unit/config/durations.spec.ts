import { describe, expect, it } from 'vitest';
import { toMs } from '../../../lib/config/index.js';
import { InvalidDurationError } from '../../../lib/errors/index.js';

describe('toMs', () => {
  it.each([
    [0, 0],
    [250, 250],
    ['500', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    [' 5m ', 300_000],
    ['2 days', 172_800_000],
    ['1w', 604_800_000],
  ])('reads %j as %i ms', (value, ms) => {
    expect(toMs(value)).toBe(ms);
  });

  it('rounds a part of a millisecond up, so that nothing is due too early', () => {
    expect(toMs(0.2)).toBe(1);
  });

  it.each([
    -1,
    '-5s',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    '',
    'soon',
    '5 parsecs',
    '1'.repeat(200),
    null,
    undefined,
    {},
    Object.create(null),
    true,
    10n,
  ])('refuses %s', (value) => {
    expect(() => toMs(value as never)).toThrow(InvalidDurationError);
  });

  it.each([1e18, '4000y'])('says of %s that it is too long', (value) => {
    expect(() => toMs(value as never, 'delay')).toThrow(/^delay: .* is longer than 100000000000000 ms\.$/);
  });

  it('names the place of the duration that it refuses', () => {
    expect(() => toMs('soon', 'worker.lease')).toThrow(
      'worker.lease: "soon" is not a duration of 0 ms or more.',
    );
  });
});
