import { describe, expect, it } from 'vitest';
import { unpackPayload } from '../../../../lib/backends/redis/packed-payload.js';
import { packResults } from '../../../../lib/backends/redis/packed-results.js';
import type { Payload } from '../../../../lib/contract/index.js';

/** As the server takes them apart. */
function resultsIn(joined: Buffer): (Payload | undefined)[] {
  const results = [];
  for (let at = 0; at < joined.length;) {
    const end = at + 4 + joined.readUInt32BE(at);
    results.push(unpackPayload(joined.subarray(at + 4, end)));
    at = end;
  }
  return results;
}

describe('results of completed jobs, packed', () => {
  it('lie in one text when they are short, in their order, whatever they are', () => {
    const results = ['{"n":1}', undefined, 'ä€😀', '\ud800', new Uint8Array([0, 10, 255]), '', undefined];
    const [how, ...texts] = packResults(results);
    expect([how, texts.length]).toEqual(['joined', 1]);
    expect(resultsIn(texts[0] as Buffer)).toEqual(results);
  });

  it('lie in a text each when they are long', () => {
    expect(packResults(['x'.repeat(300), undefined])).toEqual(['each', `s${'x'.repeat(300)}`, '']);
    expect(packResults(['x'.repeat(200), undefined])[0]).toBe('joined');
  });

  it('are nothing when no job has one', () => {
    expect(packResults([undefined, undefined])).toEqual(['none']);
  });
});
