import type { Payload } from '../../contract/index.js';

const TEXT = 's'.charCodeAt(0);
const BYTES = 'b'.charCodeAt(0);

/** A payload as bytes that say whether they are text. */
export function toTagged(payload: Payload, before = ''): Buffer {
  if (typeof payload === 'string') return Buffer.from(`${before}s${payload}`);
  return Buffer.concat([Buffer.from(`${before}b`), payload]);
}

/** Back again. @returns nothing for what is no tagged payload: somebody else wrote it. */
export function fromTagged(bytes: Buffer, at = 0): Payload | undefined {
  const rest = bytes.subarray(at + 1);
  if (bytes[at] === TEXT) return rest.toString();
  return bytes[at] === BYTES ? Uint8Array.from(rest) : undefined;
}
