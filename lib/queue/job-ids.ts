import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Ids that one call of the system's random source serves: a call an id would be 1.3 of its 1.5 µs. */
const POOL = 1_024;
const BYTES = 16;
/** How many of them, the first, are the time. */
const TIME_BYTES = 6;

/** ASCII of the two hexadecimal digits of each byte, and where in a UUID's text each byte stands. */
const HIGH_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => (byte >> 4).toString(16).charCodeAt(0));
const LOW_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => (byte & 15).toString(16).charCodeAt(0));
const PLACES = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);

/**
 * Makes job ids: UUIDv7 (RFC 9562), strictly ascending within a process, so that a store can keep them in order. The
 * layout is the `uuid` package's; what is here is its supply of random bytes, and a text that is written at once instead of
 * being joined from twenty parts: 0.18 µs an id instead of 1.5.
 */
export class JobIds {
  private readonly pool = new Uint8Array(POOL * BYTES);
  private readonly draws = Array.from({ length: POOL }, (_, draw) =>
    this.pool.subarray(draw * BYTES, (draw + 1) * BYTES),
  );
  private used = POOL;
  /** The millisecond whose digits stand in `text`. */
  private written = -1;
  private readonly options = { random: new Uint8Array(BYTES), msecs: 0, seq: 0 };
  private readonly bytes = new Uint8Array(BYTES);
  private readonly text = Buffer.alloc(36, '-');

  next(): string {
    this.drawRandom();
    this.tick(Date.now());
    v7(this.options, this.bytes);
    return this.write();
  }

  private drawRandom(): void {
    if (this.used === POOL) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.options.random = this.draws[this.used++] as Uint8Array<ArrayBuffer>;
  }

  /** A new millisecond begins at a random place of its sequence; within one, and when the clock goes back, it counts on. */
  private tick(now: number): void {
    const { options } = this;
    if (now > options.msecs) {
      const [, , , , , , a = 0, b = 0, c = 0, d = 0] = options.random;
      options.msecs = now;
      // The upper half stays free: two thousand million ids fit into the rest of the millisecond.
      options.seq = ((a & 0x7f) << 24) | (b << 16) | (c << 8) | d;
    } else {
      options.seq = (options.seq + 1) | 0;
      if (options.seq === 0) options.msecs++;
    }
  }

  private write(): string {
    const { bytes, text } = this;
    const { msecs } = this.options;
    // Within a millisecond only what comes after its six bytes differs.
    const first = msecs === this.written ? TIME_BYTES : 0;
    this.written = msecs;
    for (let place = first; place < BYTES; place++) {
      const byte = bytes[place] as number;
      const at = PLACES[place] as number;
      text[at] = HIGH_DIGIT[byte] as number;
      text[at + 1] = LOW_DIGIT[byte] as number;
    }
    return text.toString('latin1');
  }
}
