import { describe, expect, it } from 'vitest';
import {
  digitsOf,
  WireArguments,
  writeBulkHead,
  writeLineEnd,
} from '../../../../lib/backends/redis/wire-arguments.js';
import { wordsOf } from './words-of.js';

function written(words: readonly Buffer[]): Buffer {
  const parts = words.map((word) => {
    const bytes = Buffer.alloc(word.length + 5 + digitsOf(word.length));
    const begin = writeBulkHead(bytes, 0, word.length);
    bytes.set(word, begin);
    expect(writeLineEnd(bytes, begin + word.length)).toBe(bytes.length);
    return bytes;
  });
  return Buffer.concat(parts);
}

describe('arguments that are written as they go over the wire', () => {
  const words = [0, 1, 9, 10, 99, 100, 12_345].map((length) => Buffer.alloc(length, '\r\n$'));

  it('are what a server reads', () => {
    expect(wordsOf(written(words))).toEqual(words);
  });

  it('are given one by one to a driver that cannot send them so', () => {
    expect(new WireArguments(words.length, written(words)).toList()).toEqual(words);
  });
});
