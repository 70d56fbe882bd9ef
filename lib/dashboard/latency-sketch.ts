import type { Ms } from '../contract/index.js';

/** Relative error of a percentile. */
const ACCURACY = 0.02;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);
/** Milliseconds that are told apart: shorter is as this, longer too. About 570 buckets lie between. */
const LEAST = 0.01;
const MOST = 86_400_000;

/** Counts by bucket, as plain data. */
export type SketchData = readonly (readonly [bucket: number, count: number])[];

/**
 * Durations in buckets that grow by 4 %: percentiles within 2 % of the true ones, and two of them add up without any loss, so that each process
 * keeps its own. The sketch is DDSketch (Masson, Rim and Lee, VLDB 2019); its package brings protocol buffers along, which nothing here needs.
 */
export class LatencySketch {
  private readonly buckets: Map<number, number>;

  constructor(data: SketchData = []) {
    this.buckets = new Map(data);
  }

  add(duration: Ms): void {
    this.put(Math.ceil(Math.log(Math.min(MOST, Math.max(LEAST, duration))) / LOG_GAMMA), 1);
  }

  merge(data: SketchData): void {
    for (const [bucket, count] of data) this.put(bucket, count);
  }

  /** @param share 0 to 1 @returns 0 when there is nothing */
  percentile(share: number): Ms {
    const ordered = [...this.buckets].toSorted(([a], [b]) => a - b);
    const total = ordered.reduce((sum, [, count]) => sum + count, 0);
    let left = Math.max(1, Math.ceil(share * total));
    for (const [bucket, count] of ordered) {
      left -= count;
      if (left <= 0) return (2 * GAMMA ** bucket) / (GAMMA + 1);
    }
    return 0;
  }

  toData(): SketchData {
    return [...this.buckets];
  }

  private put(bucket: number, count: number): void {
    this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + count);
  }
}
