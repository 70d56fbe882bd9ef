import type { Ms, NewJob, Payload } from '../../contract/index.js';
import { concatPacked, packPayload, unpackPayload } from './packed-payload.js';

const DEFAULT_MAX_STALLED = 3;
/** Of the byte that says the priority. */
export const PRIORITY_BASE = 65;
/** Flag and six bytes of createdAt: the server writes them, or takes those of whoever enqueues. */
const HEAD_LENGTH = 7;
const PLAIN = '.'.charCodeAt(0);
const LINE_FEED = 10;
/** What calls of one task have in common is read once; a caller that makes names up must not make the table grow without end. */
const KINDS_KEPT = 1_024;

/** A kind as it is written, and the job that it was written for. */
interface Written {
  readonly of: NewJob;
  readonly text: string;
  readonly bytes: Buffer;
}

type Kind = readonly [
  /** JSON has no infinity: `null` is no bound. */
  maxRetries: number | null,
  maxStalled: number | null,
  timeout: Ms | null,
  version: number,
  codec: string,
  name: string,
  headers?: Readonly<Record<string, string>>,
];

/** A kind, and where in an envelope its line feed stands. */
interface ReadKind {
  readonly kind: Kind;
  readonly end: number;
}

const unreadable = (): Kind => [0, DEFAULT_MAX_STALLED, null, 0, 'unreadable', 'unreadable'];

/** What a job was enqueued with. */
export interface Envelope {
  readonly createdAt: number;
  readonly priority: number;
  readonly maxRetries: number;
  readonly maxStalled: number;
  readonly timeout: Ms | undefined;
  readonly version: number;
  readonly codec: string;
  readonly name: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly payload: Payload | undefined;
}

/**
 * Writes and reads envelopes: a flag and when it was created (seven bytes), a byte of priority, JSON of what the task says of itself (its
 * first two numbers are read by scripts too), a line feed, the payload.
 */
export class Envelopes {
  private readonly kinds = new Map<string, Kind>();
  /** The latest kind that was written, by task. */
  private readonly written = new Map<string, Written>();
  /** The one that was read last. */
  private latest: (ReadKind & { readonly bytes: Buffer }) | undefined;

  /** Without the bytes that the server writes. */
  write(job: NewJob): string | Buffer {
    const priority = String.fromCharCode(PRIORITY_BASE + job.priority);
    return concatPacked(`${priority}${this.writeKind(job).text}\n`, packPayload(job.payload));
  }

  read(envelope: Buffer): Envelope {
    const { kind, end } = this.kindIn(envelope);
    const [maxRetries, maxStalled, timeout, version, codec, name, headers] = kind;
    return {
      createdAt: envelope.length < HEAD_LENGTH ? 0 : envelope.readUIntBE(1, 6),
      priority: (envelope[HEAD_LENGTH] ?? PRIORITY_BASE) - PRIORITY_BASE,
      maxRetries: maxRetries ?? Infinity,
      maxStalled: maxStalled ?? Infinity,
      timeout: timeout ?? undefined,
      version,
      codec,
      name,
      headers: headers && ownHeaders(headers),
      payload: unpackPayload(envelope, end + 1),
    };
  }

  /** The name of the task, of the JSON in an envelope alone. */
  nameIn(kind: string): string {
    return this.readKind(kind)[5];
  }

  /** What stands between the priority and the line feed. */
  kindOf(job: NewJob): Buffer {
    return this.writeKind(job).bytes;
  }

  private writeKind(job: NewJob): Pick<Written, 'text' | 'bytes'> {
    if (job.headers !== undefined) return written(job);
    const known = this.written.get(job.name);
    if (known !== undefined && isSame(known.of, job)) return known;
    if (this.written.size >= KINDS_KEPT) this.written.clear();
    const made = { of: { ...job, payload: undefined }, ...written(job) };
    this.written.set(job.name, made);
    return made;
  }

  /** Jobs come in runs of one task: its bytes are compared, and no text is made of them. */
  private kindIn(envelope: Buffer): ReadKind {
    if (this.latest !== undefined && begins(envelope, this.latest.bytes)) return this.latest;
    const end = envelope.indexOf(LINE_FEED, HEAD_LENGTH + 1);
    const kind = this.readKind(envelope.toString('utf8', HEAD_LENGTH + 1, end));
    if (kind.length <= 6 && end !== -1) {
      this.latest = { kind, end, bytes: Buffer.from(envelope.subarray(HEAD_LENGTH + 1, end + 1)) };
    }
    return { kind, end };
  }

  private readKind(text: string): Kind {
    const known = this.kinds.get(text);
    if (known !== undefined) return known;
    const kind = parseKind(text);
    if (kind.length > 6) return kind;
    if (this.kinds.size >= KINDS_KEPT) this.kinds.clear();
    this.kinds.set(text, kind);
    return kind;
  }
}

/** Writes what the server writes otherwise: of a plain job that was created then. */
export function writeHead(to: Buffer, createdAt: number): void {
  to[0] = PLAIN;
  to.writeUIntBE(createdAt, 1, HEAD_LENGTH - 1);
}

/** Bytes that nobody can read make a job that nobody can run: it becomes a dead letter, and those that travel with it go on. */
function parseKind(text: string): Kind {
  try {
    const kind: unknown = JSON.parse(text);
    return isKind(kind) ? kind : unreadable();
  } catch {
    return unreadable();
  }
}

/** Whether an envelope has this kind, line feed included. */
function begins(envelope: Buffer, kind: Buffer): boolean {
  for (let place = 0; place < kind.length; place++) {
    if (envelope[HEAD_LENGTH + 1 + place] !== kind[place]) return false;
  }
  return true;
}

function isKind(kind: unknown): kind is Kind {
  if (!Array.isArray(kind)) return false;
  const [maxRetries, maxStalled, timeout, version, codec, name, headers] = kind as unknown[];
  return (
    [maxRetries, maxStalled, timeout].every((number) => number === null || typeof number === 'number') &&
    typeof version === 'number' &&
    typeof codec === 'string' &&
    typeof name === 'string' &&
    (headers === undefined || (Array.isArray(headers) && headers.every((pair) => Array.isArray(pair))))
  );
}

function written(job: NewJob): Pick<Written, 'text' | 'bytes'> {
  const text = textOf(job);
  return { text, bytes: Buffer.from(text) };
}

function textOf({
  maxRetries,
  maxStalled = DEFAULT_MAX_STALLED,
  timeout,
  version,
  codec,
  name,
  headers,
}: NewJob): string {
  const kind = [maxRetries, maxStalled, timeout ?? null, version, codec, name];
  return JSON.stringify(headers === undefined ? kind : [...kind, Object.entries(headers)]);
}

function isSame(one: NewJob, other: NewJob): boolean {
  return (
    one.maxRetries === other.maxRetries &&
    one.timeout === other.timeout &&
    one.codec === other.codec &&
    one.version === other.version &&
    one.maxStalled === other.maxStalled
  );
}

/** From pairs, so that a header may have any name. */
function ownHeaders(pairs: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs as [string, string][]);
}
