import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GcraBucket } from '../../../../lib/backends/memory/gcra-bucket.js';
import { seed } from './an-entry.js';

const NOW = Date.UTC(2026, 0, 1);

function take(
  bucket: GcraBucket,
  limit: { limit: number; per: number; burst?: number },
  now: number,
  wanted: number,
) {
  const granted = bucket.available(limit, now, wanted);
  bucket.charge(limit, now, granted);
  return granted;
}

describe('a GCRA bucket', () => {
  it('grants its burst at once, then one each interval', () => {
    const bucket = new GcraBucket();
    const limit = { limit: 10, per: 1_000, burst: 3 };
    expect(take(bucket, limit, NOW, 5)).toBe(3);
    expect(bucket.retryIn(limit, NOW)).toBe(100);
    expect(take(bucket, limit, NOW + 99, 5)).toBe(0);
    expect(take(bucket, limit, NOW + 100, 5)).toBe(1);
    expect(take(bucket, limit, NOW + 350, 5)).toBe(2);
  });

  it('grants its limit at once when no burst is given', () => {
    const bucket = new GcraBucket();
    expect(take(bucket, { limit: 4, per: 1_000 }, NOW, 9)).toBe(4);
  });

  it('charges nothing for what was only looked at', () => {
    const bucket = new GcraBucket();
    const limit = { limit: 2, per: 1_000 };
    bucket.available(limit, NOW, 2);
    expect(take(bucket, limit, NOW, 2)).toBe(2);
  });

  it('is full again when its debt is paid', () => {
    const bucket = new GcraBucket();
    const limit = { limit: 4, per: 1_000 };
    take(bucket, limit, NOW, 3);
    expect(bucket.fullAt()).toBe(NOW + 750);
    expect(take(bucket, limit, NOW + 750, 9)).toBe(4);
  });

  it('loses no token to rounding, where the interval is no whole number', () => {
    const bucket = new GcraBucket();
    const limit = { limit: 3, per: 100 };
    for (let round = 0; round < 1_000; round++) expect(take(bucket, limit, NOW + round * 100, 3)).toBe(3);
  });

  it('grants one when the time that it named is over', () => {
    const bucket = new GcraBucket();
    const limit = { limit: 7, per: 1_000, burst: 1 };
    let now = NOW;
    for (let round = 0; round < 200; round++) {
      expect(take(bucket, limit, now, 1)).toBe(1);
      now += Math.ceil(bucket.retryIn(limit, now));
    }
  });

  it('grants nothing for a clock that stands or goes back', () => {
    const bucket = new GcraBucket();
    const limit = { limit: 1, per: 1_000 };
    take(bucket, limit, NOW, 1);
    expect(take(bucket, limit, NOW, 1)).toBe(0);
    expect(take(bucket, limit, NOW - 5_000, 1)).toBe(0);
  });

  it(`never grants more than the burst and the rate allow, in any window (seed ${seed})`, () => {
    const asks = fc.array(fc.record({ wait: fc.nat(400), wanted: fc.nat(6) }), { maxLength: 80 });
    const limits = fc.record({
      limit: fc.integer({ min: 1, max: 9 }),
      per: fc.constantFrom(100, 333, 1_000),
      burst: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(limits, asks, (limit, steps) => {
        const bucket = new GcraBucket();
        const grants: { at: number; granted: number }[] = [];
        let now = NOW;
        for (const { wait, wanted } of steps) {
          now += wait;
          grants.push({ at: now, granted: take(bucket, limit, now, wanted) });
        }
        for (const [from, { at: start }] of grants.entries()) {
          let sum = 0;
          for (const { at, granted } of grants.slice(from)) {
            sum += granted;
            const allowed = limit.burst + ((at - start) * limit.limit) / limit.per;
            expect(sum).toBeLessThanOrEqual(allowed + 1e-3);
          }
        }
      }),
      { seed },
    );
  });
});
