import { describe, expect, it } from 'vitest';
import { BucketTally } from '../../../lib/metrics/bucket-tally.js';

/** The tally as it is exported: value by `le`, and the two sums. */
function read(tally: BucketTally) {
  const samples = tally.samples('wait_seconds', { queue: 'mail' });
  const buckets = samples.filter(({ metricName }) => metricName === 'wait_seconds_bucket');
  return {
    buckets: Object.fromEntries(buckets.map(({ labels, value }) => [labels['le'], value])),
    sum: samples.find(({ metricName }) => metricName === 'wait_seconds_sum')?.value,
    count: samples.find(({ metricName }) => metricName === 'wait_seconds_count')?.value,
  };
}

function tallyOf(...values: number[]): BucketTally {
  const tally = new BucketTally([1, 5, 10]);
  for (const value of values) tally.observe(value);
  return tally;
}

describe('A histogram', () => {
  it('has all of its series before anything was observed', () => {
    expect(read(tallyOf())).toEqual({ buckets: { 1: 0, 5: 0, 10: 0, '+Inf': 0 }, sum: 0, count: 0 });
  });

  it.each([
    { value: 0, first: '1' },
    { value: 1, first: '1' },
    { value: 1.001, first: '5' },
    { value: 5, first: '5' },
    { value: 10, first: '10' },
    { value: 10.001, first: '+Inf' },
    { value: Infinity, first: '+Inf' },
  ])('counts $value from the bucket $first on: a bound belongs to its bucket', ({ value, first }) => {
    const { buckets } = read(tallyOf(value));
    const bounds = ['1', '5', '10', '+Inf'];
    const holding = bounds.filter((bound) => buckets[bound] === 1);
    expect(holding).toEqual(bounds.slice(bounds.indexOf(first)));
  });

  it('has buckets that add up, the last as many as there are', () => {
    expect(read(tallyOf(0.5, 3, 4, 7, 70))).toEqual({
      buckets: { 1: 1, 5: 3, 10: 4, '+Inf': 5 },
      sum: 84.5,
      count: 5,
    });
  });

  it('begins anew with a reset', () => {
    const tally = tallyOf(0.5, 70);
    tally.reset();
    tally.observe(3);
    expect(read(tally)).toEqual({ buckets: { 1: 0, 5: 1, 10: 1, '+Inf': 1 }, sum: 3, count: 1 });
  });

  it('gives each series the labels of the whole, and `le` to its buckets alone', () => {
    const labels = tallyOf(2)
      .samples('wait_seconds', { queue: 'mail', task: 'send' })
      .map((sample) => sample.labels);
    expect(labels).toEqual([
      { le: 1, queue: 'mail', task: 'send' },
      { le: 5, queue: 'mail', task: 'send' },
      { le: 10, queue: 'mail', task: 'send' },
      { le: '+Inf', queue: 'mail', task: 'send' },
      { queue: 'mail', task: 'send' },
      { queue: 'mail', task: 'send' },
    ]);
  });
});
