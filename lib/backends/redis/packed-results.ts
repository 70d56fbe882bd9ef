import type { Payload } from '../../contract/index.js';
import { ChunkWriter } from './chunk-writer.js';
import { mostBytesOf, writePayload } from './packed-payload.js';

/** What stands before a result: its length. */
const LENGTH_SIZE = 4;

/**
 * Results as the claim script takes them: joined, each behind its length, which is 0 where there is none. Of a queue that keeps no completed
 * jobs the server does not even take them apart.
 *
 * @returns nothing when there are none at all
 */
export function packResults(results: readonly (Payload | undefined)[]): readonly Buffer[] {
  if (results.every((result) => result === undefined)) return [];
  const writer = new ChunkWriter();
  for (const result of results) {
    writer.reserve(LENGTH_SIZE + mostBytesOf(result));
    const { at, desk } = writer;
    const length = result === undefined ? 0 : writePayload(result, desk, at + LENGTH_SIZE);
    desk.writeUInt32BE(length, at);
    writer.wrote(at + LENGTH_SIZE + length);
  }
  writer.close();
  return writer.chunks;
}
