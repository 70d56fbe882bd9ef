import { describe, expect, it } from 'vitest';
import { readFinished, writeFinished } from '../../../lib/state/finished-message.js';

/** What PostgreSQL still pushes. */
const PUSHED = 7_900;
const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `job-${n}`.padEnd(36, 'x'));

describe('the words of finished jobs', () => {
  it('are one message while that can be pushed', () => {
    expect(writeFinished(ids(100))).toHaveLength(1);
  });

  it('are as many as it takes for each to be pushed, and tell of every job once', () => {
    const messages = writeFinished(ids(1_000));
    expect(messages.length).toBeLessThan(8);
    for (const message of messages) expect(message.length).toBeLessThan(PUSHED);
    expect(messages.flatMap(readFinished)).toEqual(ids(1_000));
  });

  it('have a message of its own for an id that is longer than that', () => {
    const long = 'x'.repeat(10_000);
    expect(writeFinished(['a', long, 'b']).map(readFinished)).toEqual([['a'], [long], ['b']]);
  });

  it('are none of nothing', () => {
    expect(writeFinished([])).toEqual([]);
  });

  it.each(['', 'null', '{}', '"a"'])('are not %j', (message) => {
    expect(readFinished(message)).toEqual([]);
  });
});
