/** A member of an index. */
export interface Scored {
  readonly member: string;
  readonly score: number;
}

/** A chunk is split above this: moving half a page in one `splice` is cheaper than any tree. */
const LARGEST_CHUNK = 512;

/**
 * Members by score, then by name, in sorted chunks: what is added or removed moves the rest of one chunk alone, so a
 * million of them cost little more than a thousand.
 */
export class SortedMembers {
  private readonly chunks: Scored[][] = [];

  add(item: Scored): void {
    const chunkAt = this.chunkFor(item);
    const chunk = this.chunks[chunkAt];
    if (chunk === undefined) {
      this.chunks.push([item]);
      return;
    }
    chunk.splice(firstNotBefore(chunk, item), 0, item);
    if (chunk.length > LARGEST_CHUNK) this.chunks.splice(chunkAt + 1, 0, chunk.splice(chunk.length >> 1));
  }

  remove(item: Scored): void {
    const chunkAt = this.chunkFor(item);
    const chunk = this.chunks[chunkAt];
    if (chunk === undefined) return;
    const place = firstNotBefore(chunk, item);
    if (chunk[place]?.member !== item.member) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.chunks.splice(chunkAt, 1);
  }

  /** From the lowest score of `min` or more. */
  *from(min: number): IterableIterator<Scored> {
    const start: Scored = { member: '', score: min };
    for (let chunkAt = this.chunkFor(start); chunkAt < this.chunks.length; chunkAt++) {
      const chunk = this.chunks[chunkAt] as Scored[];
      for (let place = firstNotBefore(chunk, start); place < chunk.length; place++)
        yield chunk[place] as Scored;
    }
  }

  /** From the highest score of `max` or less, downwards. */
  *downFrom(max: number): IterableIterator<Scored> {
    for (let chunkAt = this.lastChunkUpTo(max); chunkAt >= 0; chunkAt--) {
      const chunk = this.chunks[chunkAt] as Scored[];
      for (let place = chunk.length - 1; place >= 0; place--) {
        const item = chunk[place] as Scored;
        if (item.score <= max) yield item;
      }
    }
  }

  /** The chunk that an item is in, or belongs into: the last that does not begin after it. */
  private chunkFor(item: Scored): number {
    const { chunks } = this;
    const after = lowestWhere(chunks.length, (at) => isBefore(item, (chunks[at] as Scored[])[0] as Scored));
    return Math.max(0, after - 1);
  }

  private lastChunkUpTo(max: number): number {
    const { chunks } = this;
    return lowestWhere(chunks.length, (at) => ((chunks[at] as Scored[])[0] as Scored).score > max) - 1;
  }
}

function isBefore(a: Scored, b: Scored): boolean {
  return a.score < b.score || (a.score === b.score && a.member < b.member);
}

function firstNotBefore(chunk: readonly Scored[], item: Scored): number {
  return lowestWhere(chunk.length, (at) => !isBefore(chunk[at] as Scored, item));
}

/** Binary search: the lowest place at which it holds, where it holds from some place on; `length` if nowhere. */
function lowestWhere(length: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
