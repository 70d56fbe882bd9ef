import { describe, expect, it } from 'vitest';
import { withoutValues } from '../../../lib/schemas/without-values.js';

describe('withoutValues hides of a payload', () => {
  it.each([
    ['a text in quotes', 'must be an email (was "s3cret")', 's3cret', 'must be an email (was …)'],
    ['a short text in quotes', "bad 'x'", 'x', 'bad …'],
    ['a text without quotes', 'hunter22 is too short', 'hunter22', '… is too short'],
    ['a text as JSON writes it', String.raw`was "a\nbcd"`, 'a\nbcd', 'was …'],
    ['a number', 'must be less than 15 (was 5)', 5, 'must be less than 15 (was …)'],
    ['a negative number', 'received -5.5', -5.5, 'received …'],
    ['a bigint', 'received 5', 5n, 'received …'],
    ['what is inside it', 'received {"pin":"1234"}', { card: { pin: '1234' } }, 'received {"pin":…}'],
    ['what stands in a list', 'got "ab" and 77', ['ab', 77], 'got … and …'],
    ['the longer of two texts first', 'was secret1234', ['secret', 'secret1234'], 'was …'],
  ])('%s', (_, message, value, shown) => {
    expect(withoutValues(message, value)).toBe(shown);
  });

  it('nothing of what is not in the message, nor a short word', () => {
    expect(withoutValues('must be a number', { to: 'be', n: 1, none: null, yes: true, empty: '' })).toBe(
      'must be a number',
    );
  });

  it('everything where there are too many values, or they lie too deep, to look for', () => {
    const many = Array.from({ length: 3_000 }, (_unused, index) => `value-${index}`);
    expect(withoutValues('was value-2999', many)).toBe('is not acceptable');
    let deep: unknown = 'secret';
    for (let level = 0; level < 100; level++) deep = [deep];
    expect(withoutValues('was secret', deep)).toBe('is not acceptable');
    expect(withoutValues('secret'.repeat(1_000_000), many.slice(0, 100))).toBe('is not acceptable');
  });
});
