import type { Payload } from '../../contract/index.js';

/**
 * A payload as it is kept: bytes are copied, so that nobody else can change them, and a text is made one piece.
 * What `JSON.stringify` returns is a rope of parts until somebody looks into it, which takes 96 bytes more than 200
 * characters do and costs whoever decodes it the same work later.
 */
export function ownPayload<P extends Payload | undefined>(payload: P): P {
  if (typeof payload === 'string') {
    payload.charCodeAt(0);
    return payload;
  }
  return payload === undefined ? payload : (new Uint8Array(payload) as unknown as P);
}
