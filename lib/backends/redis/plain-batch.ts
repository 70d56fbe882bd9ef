import type { NewJob } from '../../contract/index.js';
import { type Envelopes, PRIORITY_BASE, writeHead } from './envelope.js';
import { packId, PACKED_LENGTH, writePackedUuid } from './packed-id.js';
import { mostBytesOf, usualBytesOf, WIDEST, writePayload } from './packed-payload.js';
import {
  BESIDE_BULK,
  digitsOf,
  MOST_DIGITS,
  WireArguments,
  writeBulkHead,
  writeLineEnd,
} from './wire-arguments.js';

const LINE_FEED = 10;
/** Flag and moment, which the server checks, then the priority. */
const HEAD = 8;
/** Beside id, kind and payload: what the protocol needs of two arguments, the head, and the line feed. */
const BESIDES = 2 * (BESIDE_BULK + MOST_DIGITS) + HEAD + 1;
/** A part ends with the job that makes it longer. */
const PART = 1 << 20;

/** Where jobs are written; what is sent is a copy of it, so that it serves the next batch, too. */
const DESK = Buffer.allocUnsafe(PART * 2);

/** Plain jobs as their script takes them, written as they go over the wire. */
export class PlainBatch {
  /** Lengths of the runs of jobs that have one priority and ascending ids: those share a place in the line. */
  readonly runs: number[] = [];
  private readonly parts: Buffer[] = [];
  private readonly head = Buffer.allocUnsafe(HEAD - 1);
  private lastId = '';
  private lastPriority = -1;
  private desk = DESK;
  private at = 0;

  /** @param now By the clock of this process: the server takes it for its own where the two agree. */
  constructor(
    private readonly envelopes: Envelopes,
    private readonly jobs: readonly NewJob[],
    now: number,
  ) {
    writeHead(this.head, now);
    for (const job of jobs) this.add(job);
  }

  /**
   * First one with the number of jobs (4 bytes) and of runs (4 bytes), and the length of each run (4 bytes); then the id and the envelope of
   * each job.
   */
  get arguments(): WireArguments {
    const counts = [this.jobs.length, this.runs.length, ...this.runs];
    const length = 4 * counts.length;
    const first = Buffer.allocUnsafe(length + BESIDE_BULK + digitsOf(length));
    let at = writeBulkHead(first, 0, length);
    for (const count of counts) at = first.writeUInt32BE(count, at);
    writeLineEnd(first, at);
    const bytes = Buffer.concat([first, ...this.parts, this.desk.subarray(0, this.at)]);
    return new WireArguments(1 + 2 * this.jobs.length, bytes);
  }

  private add(job: NewJob): void {
    const kind = this.envelopes.kindOf(job);
    this.reserve(BESIDES + WIDEST * job.id.length + kind.length + mostBytesOf(job.payload));
    this.writeId(job);
    const beforePayload = HEAD + kind.length + 1;
    this.writeEnvelope(beforePayload + usualBytesOf(job.payload), job, kind);
    if (this.at > PART) this.close();
  }

  /** @param usual its length, unless the payload has characters that take more than a byte */
  private writeEnvelope(usual: number, { priority, payload }: NewJob, kind: Buffer): void {
    const { desk } = this;
    const begin = writeBulkHead(desk, this.at, usual);
    desk.set(this.head, begin);
    desk[begin + HEAD - 1] = PRIORITY_BASE + priority;
    desk.set(kind, begin + HEAD);
    const payloadAt = begin + HEAD + kind.length + 1;
    desk[payloadAt - 1] = LINE_FEED;
    const end = payloadAt + writePayload(payload, desk, payloadAt);
    const length = end - begin;
    const shift = length === usual ? 0 : digitsOf(length) - digitsOf(usual);
    if (shift !== 0) desk.copyWithin(begin + shift, begin, end);
    if (length !== usual) writeBulkHead(desk, this.at, length);
    this.at = writeLineEnd(desk, end + shift);
  }

  private writeId({ id, priority }: NewJob): void {
    const { desk } = this;
    const begin = writeBulkHead(desk, this.at, PACKED_LENGTH);
    const isUuid = writePackedUuid(id, desk, begin);
    // UUIDs have the order of their packed forms. Of other ids that is not looked into: each is a run of its own.
    const goesOn = isUuid && priority === this.lastPriority && id > this.lastId;
    if (!goesOn) this.runs.push(0);
    (this.runs[this.runs.length - 1] as number)++;
    this.lastPriority = isUuid ? priority : -1;
    this.lastId = id;
    this.at = writeLineEnd(desk, isUuid ? begin + PACKED_LENGTH : this.writeText(packId(id)));
  }

  /** @returns where it ends */
  private writeText(text: string): number {
    const begin = writeBulkHead(this.desk, this.at, Buffer.byteLength(text));
    return begin + this.desk.write(text, begin);
  }

  private reserve(more: number): void {
    if (this.at + more <= this.desk.length) return;
    this.close();
    if (more > this.desk.length) this.desk = Buffer.allocUnsafe(more);
  }

  private close(): void {
    if (this.at > 0) this.parts.push(Buffer.from(this.desk.subarray(0, this.at)));
    this.at = 0;
  }
}
