import type { NewJob } from '../../contract/index.js';
import { type Envelopes, PRIORITY_BASE } from './envelope.js';
import { packId, PACKED_LENGTH, writePackedUuid } from './packed-id.js';
import { mostBytesOf, WIDEST, writePayload } from './packed-payload.js';

/** What stands before an id and before an envelope: its length. */
const ID_SIZE = 2;
const ENVELOPE_SIZE = 4;
const LINE_FEED = 10;
/** Beside id, kind and payload: the two lengths, the priority and the line feed. */
const BESIDES = ID_SIZE + ENVELOPE_SIZE + 2;
/** What stands before the first job: the number of jobs, and of runs. */
const HEAD_SIZE = 8;
/** A chunk ends with the job that makes it longer: the server takes no argument of more than 512 MB. */
const CHUNK = 1 << 20;

/** Where jobs are written; a chunk is a copy of it, so that it serves the next batch, too. */
const DESK = Buffer.allocUnsafe(CHUNK * 2);

/**
 * Plain jobs as their script takes them: all of them in one argument instead of two each. The driver measures, joins and
 * encodes each argument for itself, which was a quarter of what an enqueued job took of the process.
 */
export class PlainBatch {
  /** Lengths of the runs of jobs that have one priority and ascending ids: those share a place in the line. */
  readonly runs: number[] = [];
  /**
   * Number of jobs (4 bytes) and of runs (4 bytes), then job after job: length of the id (2 bytes), the id, length of the envelope
   * (4 bytes), the envelope without what the server writes.
   */
  readonly chunks: Buffer[] = [];
  private lastId = '';
  private lastPriority = -1;
  private desk = DESK;
  private at = HEAD_SIZE;

  constructor(
    private readonly envelopes: Envelopes,
    jobs: readonly NewJob[],
  ) {
    for (const job of jobs) this.add(job);
    this.close();
    const head = this.chunks[0] as Buffer;
    head.writeUInt32BE(jobs.length, 0);
    head.writeUInt32BE(this.runs.length, 4);
  }

  /** As the script takes them: a run that is alone has the length of the batch. */
  get arguments(): (Buffer | number)[] {
    return this.runs.length === 1 ? this.chunks : [...this.chunks, ...this.runs];
  }

  private add(job: NewJob): void {
    const kind = this.envelopes.kindOf(job);
    this.reserve(BESIDES + WIDEST * job.id.length + kind.length + mostBytesOf(job.payload));
    const { desk } = this;
    const begin = this.at;
    const envelopeAt = this.writeId(job, begin + ID_SIZE) + ENVELOPE_SIZE;
    desk.writeUInt16BE(envelopeAt - ENVELOPE_SIZE - ID_SIZE - begin, begin);
    desk[envelopeAt] = PRIORITY_BASE + job.priority;
    desk.set(kind, envelopeAt + 1);
    const payloadAt = envelopeAt + 1 + kind.length + 1;
    desk[payloadAt - 1] = LINE_FEED;
    this.at = payloadAt + writePayload(job.payload, desk, payloadAt);
    desk.writeUInt32BE(this.at - envelopeAt, envelopeAt - ENVELOPE_SIZE);
    if (this.at > CHUNK) this.close();
  }

  /** @returns where it ends */
  private writeId({ id, priority }: NewJob, at: number): number {
    const isUuid = writePackedUuid(id, this.desk, at);
    // UUIDs have the order of their packed forms. Of other ids that is not looked into: each is a run of its own.
    const goesOn = isUuid && priority === this.lastPriority && id > this.lastId;
    if (!goesOn) this.runs.push(0);
    (this.runs[this.runs.length - 1] as number)++;
    this.lastPriority = isUuid ? priority : -1;
    this.lastId = id;
    return at + (isUuid ? PACKED_LENGTH : this.desk.write(packId(id), at));
  }

  private reserve(more: number): void {
    if (this.at + more <= this.desk.length) return;
    // The script finds the first job behind the head.
    if (this.chunks.length > 0 || this.at > HEAD_SIZE) this.close();
    if (this.at + more > this.desk.length) this.desk = Buffer.allocUnsafe(this.at + more);
  }

  private close(): void {
    if (this.at > 0) this.chunks.push(Buffer.from(this.desk.subarray(0, this.at)));
    this.at = 0;
  }
}
