/** Checks exact delivery while a benchmark measures: every number from 0 once, none twice, none missing. */
export class Ledger {
  private readonly seen: Uint8Array;
  private left: number;
  private tell: () => void = () => undefined;
  /** Resolves when all have been delivered. */
  readonly complete = new Promise<void>((resolve) => (this.tell = resolve));

  constructor(private readonly size: number) {
    this.seen = new Uint8Array(size);
    this.left = size;
  }

  deliver(n: number): void {
    if (n < 0 || n >= this.size) throw new Error(`Job ${n} was never enqueued.`);
    if (this.seen[n] === 1) throw new Error(`Job ${n} was delivered twice.`);
    this.seen[n] = 1;
    if (--this.left === 0) this.tell();
  }

  assertComplete(): void {
    if (this.left !== 0) throw new Error(`${this.left} of ${this.size} jobs were not delivered.`);
  }
}
