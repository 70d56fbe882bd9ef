import { describe, expect, it } from 'vitest';
import { readCancelSignal, writeCancelSignal } from '../../../lib/state/index.js';

describe('a cancel signal', () => {
  it('comes back as it was written, as text or bytes', () => {
    const signal = { queue: 'default', id: 'order:42', reason: 'user "left"\n' };
    const message = writeCancelSignal(signal);
    expect(readCancelSignal(message)).toEqual(signal);
    expect(readCancelSignal(Buffer.from(message as string))).toEqual(signal);
  });

  it.each(['', '{', 'null', '{}', '[]', '["a"]', '["a","b"]', '["a","b",3]'])('is not %j', (message) => {
    expect(readCancelSignal(message)).toBeUndefined();
  });
});
