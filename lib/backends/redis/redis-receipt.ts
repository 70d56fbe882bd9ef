import type { Receipt } from '../../contract/index.js';

/** A worker's right to one claim of one job: whoever shows its token holds it. */
export class RedisReceipt {
  /** Whether a verdict on it was applied, as far as this process knows. */
  isSettled = false;

  constructor(
    readonly queue: string,
    /** As it is kept. */
    readonly id: string,
    readonly token: string,
  ) {}
}

/** What a receipt of ours stands for; anything else was made up. */
export function receiptOf(receipt: Receipt): RedisReceipt | undefined {
  const ours = receipt as unknown;
  return ours instanceof RedisReceipt ? ours : undefined;
}
