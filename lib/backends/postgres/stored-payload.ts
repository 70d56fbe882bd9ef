import type { Payload } from '../../contract/index.js';

/** What the bytes of a payload begin with that is no plain text. */
const BYTES = 'b'.charCodeAt(0);
const TEXT = 'u'.charCodeAt(0);

/** A payload as it is kept: a text, or bytes that say what they are. */
export interface StoredPayload {
  readonly text: string | null;
  readonly raw: Buffer | null;
}

const NOTHING: StoredPayload = { text: null, raw: null };

export function toStored(payload: Payload | undefined): StoredPayload {
  if (payload === undefined) return NOTHING;
  if (typeof payload !== 'string') return { text: null, raw: Buffer.concat([Buffer.of(BYTES), payload]) };
  if (isStorable(payload)) return { text: payload, raw: null };
  return { text: null, raw: Buffer.concat([Buffer.of(TEXT), Buffer.from(payload, 'utf16le')]) };
}

/** Not what a text of PostgreSQL cannot hold: NUL, halves of a character. */
function isStorable(text: string): boolean {
  // Node has it since version 20; the types of the language level that is compiled for do not.
  return !text.includes('\0') && (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

export function fromStored(
  text: string | null | undefined,
  raw: Buffer | null | undefined,
): Payload | undefined {
  if (text !== null && text !== undefined) return text;
  if (raw === null || raw === undefined) return undefined;
  return raw[0] === TEXT ? raw.toString('utf16le', 1) : new Uint8Array(raw.subarray(1));
}

/** The same where bytes travel within JSON. */
export function toStoredJson(payload: Payload | undefined): { text?: string; raw?: string } {
  const { text, raw } = toStored(payload);
  return { ...(text !== null && { text }), ...(raw !== null && { raw: raw.toString('base64') }) };
}

export function fromStoredJson(
  text: string | null | undefined,
  raw: string | null | undefined,
): Payload | undefined {
  return fromStored(text, raw === null || raw === undefined ? undefined : Buffer.from(raw, 'base64'));
}
