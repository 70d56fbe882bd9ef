/** Collections after which the heap counts as settled whatever it does. */
const MOST_ROUNDS = 20;
/** Collections in a row that have to free nothing worth counting. */
const QUIET_ROUNDS = 3;
/** Less than this is no change. */
const NOISE_BYTES = 16 * 1_024;

/**
 * Heap in use, in bytes, once nothing more can be collected. What weak references and finalizers held goes one collection later, and old
 * code after some more: so it is collected until several rounds in a row have freed nothing.
 */
export async function settledHeap(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0, quiet = 0; round < MOST_ROUNDS && quiet < QUIET_ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc?.();
    const { heapUsed } = process.memoryUsage();
    quiet = heapUsed < least - NOISE_BYTES ? 0 : quiet + 1;
    least = Math.min(least, heapUsed);
  }
  return least;
}
