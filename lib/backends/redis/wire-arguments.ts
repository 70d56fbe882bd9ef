/** Of the protocol's texts: `$`, the number of bytes, a line end, the bytes, a line end. */
const DOLLAR = 36;
const ZERO = 48;
const CR = 13;
const LF = 10;
/** What stands beside the bytes and the digits of their number. */
export const BESIDE_BULK = 5;
/** Digits of the longest number of bytes that the server takes for one argument. */
export const MOST_DIGITS = 9;

/**
 * Arguments as they go over the wire, written by whoever has them. The driver measures, joins and encodes each argument for itself, which was
 * a quarter of what an enqueued job took of the process; as one argument together they cost the server, which then has to take them apart, a
 * sixth of what it did for a job.
 */
export class WireArguments {
  /** @param count how many there are in these bytes */
  constructor(
    readonly count: number,
    readonly bytes: Buffer,
  ) {}

  /** One by one, for a driver that cannot send them as they are. */
  toList(): Buffer[] {
    const { bytes } = this;
    const list: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const begin = bytes.indexOf(LF, at) + 1;
      const end = begin + Number(bytes.toString('latin1', at + 1, begin - 2));
      list.push(bytes.subarray(begin, end));
      at = end + 2;
    }
    return list;
  }
}

export function digitsOf(count: number): number {
  let digits = 1;
  for (let rest = count; rest >= 10; rest = Math.trunc(rest / 10)) digits++;
  return digits;
}

/** Writes what stands before so many bytes. @returns where these begin */
export function writeBulkHead(to: Uint8Array, at: number, count: number): number {
  const end = at + 1 + digitsOf(count);
  to[at] = DOLLAR;
  let rest = count;
  for (let place = end - 1; place > at; place--) {
    to[place] = ZERO + (rest % 10);
    rest = Math.trunc(rest / 10);
  }
  return writeLineEnd(to, end);
}

/** Writes what stands behind them. @returns where the next begins */
export function writeLineEnd(to: Uint8Array, at: number): number {
  to[at] = CR;
  to[at + 1] = LF;
  return at + 2;
}
