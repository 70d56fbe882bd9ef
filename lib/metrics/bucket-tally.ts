import type { PromSample } from './prom-client.js';

/** Counts of one histogram series: an array written in place, made text of only when somebody scrapes. */
export class BucketTally {
  private readonly counts: Float64Array;
  private sum = 0;

  /** @param bounds upper bounds, included, ascending */
  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] as number) + 1;
    this.sum += value;
  }

  samples(name: string, labels: Readonly<Record<string, string>>): PromSample[] {
    let count = 0;
    const buckets = [...this.bounds, '+Inf'].map((le, place) => {
      count += this.counts[place] as number;
      return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: this.sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  }

  reset(): void {
    this.counts.fill(0);
    this.sum = 0;
  }
}
