import type { Payload } from '../../contract/index.js';

/** A payload as it is stored: bytes, and whether they are text. */
export interface PayloadColumns {
  readonly body: Buffer;
  readonly is_text: boolean;
}

export function toColumns(payload: Payload): PayloadColumns {
  if (typeof payload === 'string') return { body: Buffer.from(payload), is_text: true };
  return { body: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), is_text: false };
}

export function fromColumns({ body, is_text }: PayloadColumns): Payload {
  return is_text ? body.toString() : Uint8Array.from(body);
}
