import type { Payload } from '../../contract/index.js';

/** What a payload begins with, so that it comes back as it was given. */
const TEXT = 's'.charCodeAt(0);
const BYTES = 'b'.charCodeAt(0);
/** A text with half a character, which UTF-8 cannot carry: as UTF-16. */
const HALVES = 'u'.charCodeAt(0);
const NOTHING = '-';
/** Bytes that a character of a text may take in UTF-8. */
export const WIDEST = 3;

/** A payload as it is kept: its kind, then the payload. */
export function packPayload(payload: Payload | undefined): string | Buffer {
  if (payload === undefined) return NOTHING;
  if (typeof payload !== 'string') return Buffer.concat([Buffer.of(BYTES), payload]);
  if (isWellFormed(payload)) return `s${payload}`;
  return Buffer.concat([Buffer.of(HALVES), Buffer.from(payload, 'utf16le')]);
}

/** Bytes that a packed payload takes at most. */
export function mostBytesOf(payload: Payload | undefined): number {
  return 1 + (payload === undefined ? 0 : WIDEST * payload.length);
}

/** Bytes that it takes, unless it is a text with other characters than ASCII has. */
export function usualBytesOf(payload: Payload | undefined): number {
  return 1 + (payload === undefined ? 0 : payload.length);
}

/**
 * Writes a payload as it is kept.
 * @returns how many bytes it took
 */
export function writePayload(payload: Payload | undefined, to: Buffer, at: number): number {
  if (typeof payload === 'string' && isWellFormed(payload)) {
    to[at] = TEXT;
    return 1 + to.write(payload, at + 1);
  }
  const packed = packPayload(payload);
  if (typeof packed === 'string') return to.write(packed, at);
  to.set(packed, at);
  return packed.length;
}

/** Node has it since version 20; the types of the language level that is compiled for do not. */
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** The payload that was packed. */
export function unpackPayload(packed: Buffer, from = 0): Payload | undefined {
  switch (packed[from]) {
    case TEXT:
      return packed.toString('utf8', from + 1);
    case BYTES:
      return new Uint8Array(packed.subarray(from + 1));
    case HALVES:
      return packed.toString('utf16le', from + 1);
    default:
      return undefined;
  }
}

/** The same within JSON, which escapes half characters and cannot carry bytes. */
export function payloadToJson(payload: Payload): string {
  return typeof payload === 'string' ? `s${payload}` : `b${Buffer.from(payload).toString('base64')}`;
}

export function payloadFromJson(text: string): Payload {
  return text.startsWith('s') ? text.slice(1) : new Uint8Array(Buffer.from(text.slice(1), 'base64'));
}

export function concatPacked(before: string, packed: string | Buffer): string | Buffer {
  return typeof packed === 'string' ? before + packed : Buffer.concat([Buffer.from(before), packed]);
}
