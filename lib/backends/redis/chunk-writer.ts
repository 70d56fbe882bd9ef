/** A chunk ends with what makes it longer: the server takes no argument of more than 512 MB. */
const CHUNK = 1 << 20;

/** Where all of them are written; a chunk is a copy of it. */
const DESK = Buffer.allocUnsafe(CHUNK * 2);

/** Writes many small things into few arguments. What is reserved at once lies in one of them. */
export class ChunkWriter {
  readonly chunks: Buffer[] = [];
  /** Where to write next, of `desk`. */
  at: number;
  desk = DESK;

  /** @param head bytes of the first chunk that the caller fills in afterwards */
  constructor(private readonly head = 0) {
    this.at = head;
  }

  /** Makes room for so many bytes. */
  reserve(more: number): void {
    if (this.at + more <= this.desk.length) return;
    if (this.chunks.length > 0 || this.at > this.head) this.close();
    if (this.at + more > this.desk.length) this.desk = Buffer.allocUnsafe(this.at + more);
  }

  /** Something has been written, up to there. */
  wrote(end: number): void {
    this.at = end;
    if (end > CHUNK) this.close();
  }

  close(): void {
    if (this.at > 0) this.chunks.push(Buffer.from(this.desk.subarray(0, this.at)));
    this.at = 0;
  }
}
