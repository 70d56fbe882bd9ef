import type { Payload } from '../../contract/index.js';
import { mostBytesOf, packPayload, writePayload } from './packed-payload.js';
import type { RedisArgument } from './redis-session.js';

/** What stands before a joined result: its length. */
const LENGTH_SIZE = 4;
/** Results that are no longer than that, as a mean, are joined: the server then hashes each byte of them twice, 2 ns a byte. */
const SHORT = 128;

/**
 * Results as the claim script takes them: a word that says how, and the texts. One for each completion, empty where there is
 * none; or, where they are short, all of them in one, each behind its length: on a queue that keeps no completed jobs the server
 * does not even take them apart.
 */
export function packResults(results: readonly (Payload | undefined)[]): readonly RedisArgument[] {
  if (results.every((result) => result === undefined)) return ['none'];
  const length = results.reduce((sum, result) => sum + (result?.length ?? 0), 0);
  if (length > SHORT * results.length) {
    return ['each', ...results.map((result) => (result === undefined ? '' : packPayload(result)))];
  }
  return ['joined', joinShort(results)];
}

function joinShort(results: readonly (Payload | undefined)[]): Buffer {
  const desk = Buffer.allocUnsafe(
    results.reduce((sum, result) => sum + LENGTH_SIZE + mostBytesOf(result), 0),
  );
  let at = 0;
  for (const result of results) {
    const length = result === undefined ? 0 : writePayload(result, desk, at + LENGTH_SIZE);
    desk.writeUInt32BE(length, at);
    at += LENGTH_SIZE + length;
  }
  return desk.subarray(0, at);
}
