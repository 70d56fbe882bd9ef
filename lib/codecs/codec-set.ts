import type { Payload, PayloadCodec, PayloadPart, PayloadSubject } from '../contract/index.js';
import { isInstance, TaskCodecError, TaskError, TaskValidationError } from '../errors/index.js';
import { jsonCodec } from './json-codec.js';

/**
 * The codecs that this process knows. The first one encodes; a stored payload is decoded by the codec that wrote it,
 * so an app can change its codec while jobs of the old one wait. JSON is always among them.
 */
export class CodecSet {
  readonly encoder: PayloadCodec;
  private readonly byName = new Map<string, PayloadCodec>([[jsonCodec.name, jsonCodec]]);

  constructor(codecs: readonly PayloadCodec[] = []) {
    for (const codec of codecs) this.byName.set(codec.name, codec);
    this.encoder = codecs[0] ?? jsonCodec;
  }

  /** @throws TaskCodecError when no codec has the name */
  get(name: string): PayloadCodec {
    const codec = name === this.encoder.name ? this.encoder : this.byName.get(name);
    if (codec === undefined) {
      throw new TaskCodecError(
        `Codec "${name}" is not known here. Known: ${[...this.byName.keys()].join(', ')}.`,
      );
    }
    return codec;
  }

  /**
   * Encodes with the first codec, or with the one that is named.
   * @throws TaskValidationError for a value that it cannot carry, whatever the codec itself throws
   */
  encode(
    value: unknown,
    subject: PayloadSubject,
    part: PayloadPart,
    codecName?: string,
  ): Payload | undefined {
    const codec = codecName === undefined ? this.encoder : this.get(codecName);
    let payload: unknown;
    try {
      payload = codec.encode(value, subject, part);
    } catch (error) {
      if (isInstance(error, TaskError)) throw error;
      throw new TaskValidationError(`Codec "${codec.name}" cannot carry the value.`, { cause: error });
    }
    if (payload === undefined || typeof payload === 'string' || payload instanceof Uint8Array) return payload;
    throw new TaskValidationError(`Codec "${codec.name}" gave neither text nor bytes.`);
  }

  /** @throws TaskCodecError for an unknown codec, and for a payload that it did not write */
  decode(
    codecName: string,
    payload: Payload | undefined,
    subject: PayloadSubject,
    part: PayloadPart,
  ): unknown {
    const codec = this.get(codecName);
    try {
      return codec.decode(payload, subject, part);
    } catch (error) {
      if (isInstance(error, TaskError)) throw error;
      throw new TaskCodecError(`Codec "${codec.name}" cannot read the stored payload.`, { cause: error });
    }
  }
}
