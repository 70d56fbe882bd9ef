import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNotice, toNotice } from '../../../../lib/backends/postgres/message-text.js';

describe('a message as a notification', () => {
  it('comes back as it was, text or bytes, or is too long', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()), fc.nat(), (message, place) => {
        const notice = toNotice(message, place) as string;
        expect(fromNotice(notice)).toEqual({ message });
        expect(notice).not.toContain('\0');
      }),
    );
  });

  it.each(['NUL \0 within', 'line\nbreak', '', '1:2', 'r12'])('comes back as it was: %j', (message) => {
    expect(fromNotice(toNotice(message, 3) as string)).toEqual({ message });
  });

  it('differs from its equal in the same transaction', () => {
    expect(toNotice('same', 0)).not.toBe(toNotice('same', 1));
  });

  it.each([
    ['letters', 'x'.repeat(7_897), 'x'.repeat(7_898)],
    ['letters of three bytes', '€'.repeat(2_632), '€'.repeat(2_633)],
    ['bytes', new Uint8Array(5_922), new Uint8Array(5_925)],
  ])('is too long beyond 7,900 bytes: %s', (_, fits, tooLong) => {
    expect(Buffer.byteLength(toNotice(fits, 0) as string)).toBeLessThanOrEqual(7_900);
    expect(toNotice(tooLong, 0)).toBeUndefined();
  });

  it('names a row instead', () => {
    expect(fromNotice('r42')).toEqual({ row: '42' });
  });

  it.each(['', 'r', 'r4x', 't', 'tx:y', 'z0:y', 'hello'])('is none of ours: %j', (notice) => {
    expect(fromNotice(notice)).toBeUndefined();
  });
});
