import type { CodecSet } from '../codecs/index.js';
import type { PayloadSubject, StoredPayload } from '../contract/index.js';

const subject = (name: string): PayloadSubject => ({ id: name, name, queue: '' });

/** @throws TaskValidationError for what the codec cannot carry */
export function storePayload(payload: unknown, codecs: CodecSet): StoredPayload | undefined {
  const written = codecs.encode(payload, subject('schedule'), 'payload');
  if (written === undefined) return undefined;
  const codec = codecs.encoder.name;
  return typeof written === 'string'
    ? { codec, text: written }
    : { codec, base64: Buffer.from(written).toString('base64') };
}

/** @throws TaskCodecError for an unknown codec, and for a payload that it did not write */
export function readPayload(stored: StoredPayload | undefined, codecs: CodecSet, name: string): unknown {
  if (stored === undefined) return undefined;
  const { codec, text, base64 } = stored;
  const payload = base64 === undefined ? text : new Uint8Array(Buffer.from(base64, 'base64'));
  return codecs.decode(codec, payload, subject(name), 'payload');
}
