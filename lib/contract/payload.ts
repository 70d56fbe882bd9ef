/**
 * What a codec makes of a value: text or bytes, opaque to every backend.
 *
 * A backend stores it, hands it back and never looks inside: Lua's `cjson` would turn `[]` into `{}`, and
 * PostgreSQL's `jsonb` reorders keys and refuses `\u0000`.
 */
export type Payload = string | Uint8Array;

/**
 * Turns values into payloads and back. The default is JSON (`name: 'json'`).
 *
 * `encode` throws for a value that it cannot carry, and never drops part of one in silence; `decode` throws for a
 * payload that it did not write. Both are synchronous: a payload is encoded once and decoded once in its life.
 */
export interface PayloadCodec {
  /** Stored with each job, so that a worker decodes with the codec that encoded. */
  readonly name: string;
  encode(value: unknown): Payload | undefined;
  decode(payload: Payload | undefined): unknown;
}
