import { describe, expect, it } from 'vitest';
import { toErrorRecord } from '../../../lib/errors/index.js';

describe('The moment of a stored error', () => {
  it.each([new Error('broke'), 'a text', null])('is in whole milliseconds: %s', (thrown) => {
    expect(toErrorRecord(thrown, 1_795_634_621_606.9038).at).toBe(1_795_634_621_606);
  });

  it('is left out where nobody gives one', () => {
    expect(toErrorRecord(new Error('broke'))).not.toHaveProperty('at');
  });
});
