import type { Payload } from '../../contract/index.js';

/** A payload that nobody else can change: bytes are copied on their way in and out, text cannot change. */
export function ownPayload<P extends Payload | undefined>(payload: P): P {
  return (payload instanceof Uint8Array ? new Uint8Array(payload) : payload) as P;
}
