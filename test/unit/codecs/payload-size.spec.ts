import { describe, expect, it } from 'vitest';
import { exceeds, payloadSize } from '../../../lib/codecs/index.js';

describe('payloadSize', () => {
  it('counts bytes, not characters', () => {
    expect(payloadSize('aß€😀')).toBe(1 + 2 + 3 + 4);
  });

  it('counts the bytes of a binary payload, and none for no payload', () => {
    expect(payloadSize(new Uint8Array(7))).toBe(7);
    expect(payloadSize(undefined)).toBe(0);
  });
});

describe('exceeds', () => {
  it.each([
    ['one byte a character', 'a'.repeat(100), 100],
    ['two', 'ß'.repeat(50), 100],
    ['three', '€'.repeat(33), 99],
    ['four, of two units', '😀'.repeat(25), 100],
    ['bytes', new Uint8Array(100), 100],
  ])('allows exactly the cap and refuses one byte more: %s', (_case, payload, bytes) => {
    expect(exceeds(payload, bytes)).toBeUndefined();
    expect(exceeds(payload, bytes - 1)).toBe(bytes);
  });

  it('allows no payload under any cap', () => {
    expect(exceeds(undefined, 0)).toBeUndefined();
  });
});
