import { expect } from 'vitest';

/** The words of a command, or of a part of one, read as strictly as a Redis server does. */
export function wordsOf(bytes: Buffer): Buffer[] {
  const words: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const line = bytes.toString('latin1', at, lineEnd);
    expect(line).toMatch(/^\$(0|[1-9][0-9]*)$/);
    const begin = lineEnd + 2;
    const end = begin + Number(line.slice(1));
    expect(bytes.toString('latin1', end, end + 2)).toBe('\r\n');
    words.push(bytes.subarray(begin, end));
    at = end + 2;
  }
  return words;
}
