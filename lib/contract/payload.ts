/**
 * What a codec makes of a value: text or bytes, opaque to every backend.
 *
 * A backend stores it, hands it back and never looks inside: Lua's `cjson` would turn `[]` into `{}`, and
 * PostgreSQL's `jsonb` reorders keys and refuses `\u0000`.
 */
export type Payload = string | Uint8Array;

/** Which part of a job a payload is. */
export type PayloadPart = 'payload' | 'result' | 'progress' | 'checkpoint' | 'signal';

/** The job that a payload belongs to, for codecs that bind it to its job (as encryption does, so that nobody can swap two). */
export interface PayloadSubject {
  readonly queue: string;
  readonly name: string;
  /**
   * Absent where the payload may come to another job than the one that it was made for: a call whose uniqueness replaces the payload of a
   * job that waits. A codec that binds to the id has to note in what it writes whether there was one.
   */
  readonly id?: string | undefined;
}

/**
 * Turns values into payloads and back. The default is JSON (`name: 'json'`).
 *
 * `encode` throws for a value that it cannot carry, and never drops part of one in silence; `decode` throws for a
 * payload that it did not write. Both are synchronous: a payload is encoded once and decoded once in its life.
 */
export interface PayloadCodec {
  /** Stored with each job, so that a worker decodes with the codec that encoded. */
  readonly name: string;
  encode(value: unknown, subject: PayloadSubject, part: PayloadPart): Payload | undefined;
  decode(payload: Payload | undefined, subject: PayloadSubject, part: PayloadPart): unknown;
}
