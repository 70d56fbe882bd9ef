import { setTimeout as sleep } from 'node:timers/promises';
import { payload } from '../payload.js';
import type { BatchOptions, Product } from './product.js';

const CHUNK = 1_000;
/** How long the last acknowledgements may take. */
const SETTLE_BOUND = 20_000;

/** Enqueues the jobs `first` to `first + count - 1` in batches of 1,000, each awaited. */
export async function enqueueInBatches(
  product: Product,
  count: number,
  options: BatchOptions & { first?: number } = {},
): Promise<void> {
  const { first = 0, ...batch } = options;
  for (let n = 0; n < count; n += CHUNK) {
    const length = Math.min(CHUNK, count - n);
    await product.enqueueMany(
      Array.from({ length }, (_, place) => payload(first + n + place)),
      batch,
    );
  }
}

/** @throws when not exactly `count` jobs wait */
export async function assertWaiting(product: Product, count: number): Promise<void> {
  const waiting = await product.unfinished();
  if (waiting !== count) throw new Error(`${waiting} of ${count} jobs wait.`);
}

/** Waits until the last acknowledgements have reached the server. @throws when jobs stay */
export async function settled(product: Product): Promise<void> {
  const deadline = Date.now() + SETTLE_BOUND;
  for (let left = await product.unfinished(); left > 0; left = await product.unfinished()) {
    if (Date.now() > deadline) throw new Error(`${left} jobs stay unfinished.`);
    await sleep(20);
  }
}
