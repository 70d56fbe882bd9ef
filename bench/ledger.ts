/** Checks exact delivery while a benchmark measures: every number from 0 once, none twice, none missing. */
export class Ledger {
  private readonly seen: Uint8Array;
  private left: number;
  private tell: () => void = () => undefined;
  private tellWarm: () => void = () => undefined;
  /** Resolves when all have been delivered. */
  readonly complete = new Promise<void>((resolve) => (this.tell = resolve));
  /** Resolves when the warm-up has been delivered, with the moment, in milliseconds of the process. */
  readonly warm: Promise<number>;

  /** @param warmUp how many of them are not measured: as many deliveries as that, of whatever number */
  constructor(
    private readonly size: number,
    private readonly warmUp = 0,
  ) {
    this.seen = new Uint8Array(size);
    this.left = size;
    this.warm = new Promise((resolve) => (this.tellWarm = () => resolve(performance.now())));
  }

  deliver(n: number): void {
    if (n < 0 || n >= this.size) throw new Error(`Job ${n} was never enqueued.`);
    if (this.seen[n] === 1) throw new Error(`Job ${n} was delivered twice.`);
    this.seen[n] = 1;
    if (--this.left === 0) this.tell();
    if (this.size - this.left === this.warmUp) this.tellWarm();
  }

  assertComplete(): void {
    if (this.left !== 0) throw new Error(`${this.left} of ${this.size} jobs were not delivered.`);
  }
}
