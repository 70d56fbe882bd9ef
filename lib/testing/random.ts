import { v7 } from 'uuid';

/** Without those that are taken for one another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Choices that a seed makes again: mulberry32, 32 bits of state. Not for secrets. */
export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 up to, and without, `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** Eight characters that tell one test's names from another's. */
  suffix(): string {
    return Array.from({ length: 8 }, () => LETTERS.charAt(this.below(LETTERS.length))).join('');
  }

  /**
   * A UUIDv7 of about now. Its time is shaken by a second, as it is when several machines make ids: a backend that
   * orders jobs by their ids is found out.
   */
  jobId(): string {
    return v7({ msecs: Date.now() - this.below(1_000), seq: this.below(2 ** 31), random: this.bytes(16) });
  }
}

/** The seed of this run: `TASKS_TEST_SEED`, or a new one. */
export function testSeed(): number {
  const given = Number(process.env['TASKS_TEST_SEED']);
  return Number.isSafeInteger(given) && given > 0 ? given : 1 + Math.floor(Math.random() * 2_147_483_646);
}
