import type { Payload } from '../contract/index.js';

/** No UTF-16 unit takes more bytes than this in UTF-8. */
const MOST_BYTES_A_UNIT = 3;

/** Bytes of an encoded payload; 0 for none. */
export function payloadSize(payload: Payload | undefined): number {
  if (payload === undefined) return 0;
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength;
}

/** The payload's size in bytes when it is over `max`, else undefined. Bytes are counted only where the length leaves doubt. */
export function exceeds(payload: Payload | undefined, max: number): number | undefined {
  if (payload === undefined || payload.length * MOST_BYTES_A_UNIT <= max) return undefined;
  const size = payloadSize(payload);
  return size > max ? size : undefined;
}
