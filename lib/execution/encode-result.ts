import { exceeds } from '../codecs/index.js';
import type { ClaimedJob, Payload } from '../contract/index.js';
import { PayloadTooLargeError } from '../errors/index.js';
import type { Codecs } from './ports.js';

/**
 * What is kept of what a handler gives back.
 * @param most Bytes.
 * @throws TaskValidationError for what the codec cannot carry, PayloadTooLargeError
 */
export function encodeResult(
  result: unknown,
  job: ClaimedJob,
  codecs: Codecs,
  most: number,
): Payload | undefined {
  if (result === undefined) return undefined;
  const encoded = codecs.encode(withoutHoles(result), job, 'result', job.codec);
  const size = exceeds(encoded, most);
  if (size !== undefined) throw new PayloadTooLargeError(size, most, 'result');
  return encoded;
}

/**
 * What `Promise.all` of calls that give nothing returns: JSON has no `undefined` in lists, and the work is done. Elsewhere the
 * codec refuses it, since there it is more likely a mistake.
 */
function withoutHoles(result: unknown): unknown {
  if (!Array.isArray(result) || !result.includes(undefined)) return result;
  return Array.from(result, (item: unknown) => item ?? null);
}
