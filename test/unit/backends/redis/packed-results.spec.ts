import { describe, expect, it } from 'vitest';
import { unpackPayload } from '../../../../lib/backends/redis/packed-payload.js';
import { packResults } from '../../../../lib/backends/redis/packed-results.js';
import type { Payload } from '../../../../lib/contract/index.js';

/** As the server takes them apart. */
function resultsIn(chunks: readonly Buffer[]): (Payload | undefined)[][] {
  return chunks.map((chunk) => {
    const results = [];
    for (let at = 0; at < chunk.length; ) {
      const end = at + 4 + chunk.readUInt32BE(at);
      results.push(unpackPayload(chunk, at + 4, end));
      at = end;
    }
    return results;
  });
}

describe('results of completed jobs, packed', () => {
  it('come back in their order, whatever they are', () => {
    const results = ['{"n":1}', undefined, 'ä€😀', '\ud800', new Uint8Array([0, 10, 255]), '', undefined];
    expect(resultsIn(packResults(results))).toEqual([results]);
  });

  it('are nothing when no job has one', () => {
    expect(packResults([undefined, undefined])).toEqual([]);
  });

  it('lie in several texts when they are long, each result in one', () => {
    const results = [300_000, 300_000, 300_000, 300_000, 3_000_000, 5, 5].map((size) => 'x'.repeat(size));
    const sizes = resultsIn(packResults(results)).map((some) => some.map((result) => result?.length));
    expect(sizes).toEqual([[300_000, 300_000, 300_000, 300_000], [3_000_000], [5, 5]]);
  });
});
