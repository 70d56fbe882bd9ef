import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomBackoff } from '../../../lib/contract/index.js';
import { backoffDelay, readDuration, type RetryRules } from '../../../lib/execution/index.js';

const rules = (some: Partial<RetryRules> = {}): RetryRules => ({
  backoff: 'exponential',
  delay: 1_000,
  maxDelay: 300_000,
  jitter: false,
  ...some,
});
const delays = (some: Partial<RetryRules>, attempts: readonly number[]) =>
  attempts.map((attempt) => backoffDelay(attempt, undefined, rules(some)));

describe('backoffDelay', () => {
  it.each([
    ['fixed', [1_000, 1_000, 1_000, 1_000]],
    ['linear', [1_000, 2_000, 3_000, 4_000]],
    ['exponential', [1_000, 2_000, 4_000, 8_000]],
  ] as const)('waits %s', (backoff, expected) => {
    expect(delays({ backoff }, [1, 2, 3, 4])).toEqual(expected);
  });

  it('never waits longer than maxDelay', () => {
    expect(delays({ maxDelay: 3_000 }, [1, 2, 3, 10])).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it('stays a number for attempts without end', () => {
    expect(delays({}, [2_000, 1e9])).toEqual([300_000, 300_000]);
  });

  it('spreads a jittered wait over its upper half', () => {
    const at = (random: number) => backoffDelay(3, undefined, rules({ jitter: true }), () => random);
    expect([at(0), at(0.5), at(0.999_999)]).toEqual([2_000, 3_000, 4_000]);
  });

  it('stays within half and whole of the capped wait, in whole milliseconds, whatever the numbers', () => {
    const seed = Date.now();
    console.log(`backoff: seed ${seed}`);
    fc.assert(
      fc.property(
        fc.constantFrom('fixed' as const, 'linear' as const, 'exponential' as const),
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e10 }),
        fc.double({ min: 0, max: 0.999_999_999, noNaN: true }),
        (backoff, attempt, delay, maxDelay, random) => {
          const some = { backoff, delay, maxDelay };
          const full = backoffDelay(attempt, undefined, rules(some));
          const jittered = backoffDelay(attempt, undefined, rules({ ...some, jitter: true }), () => random);
          expect(Number.isInteger(jittered)).toBe(true);
          expect(full).toBeLessThanOrEqual(maxDelay);
          expect(jittered).toBeGreaterThanOrEqual(Math.floor(full / 2));
          expect(jittered).toBeLessThanOrEqual(full);
        },
      ),
      { seed },
    );
  });

  it('asks a custom backoff with the attempt and its error', () => {
    const asked: unknown[] = [];
    const backoff: CustomBackoff = (attempt, error) => {
      asked.push([attempt, error]);
      return '2s';
    };
    expect(backoffDelay(2, 'boom', rules({ backoff }))).toBe(2_000);
    expect(asked).toEqual([[2, 'boom']]);
  });

  it('caps a custom backoff and adds no jitter to it', () => {
    const some = rules({ backoff: () => '1h', jitter: true, maxDelay: 5_000 });
    expect(backoffDelay(1, undefined, some)).toBe(5_000);
    expect(backoffDelay(1, undefined, { ...some, backoff: () => 1_234.4 })).toBe(1_234);
  });

  it.each([
    ['NaN', Number.NaN],
    ['a negative number', -1],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a text that is no duration', 'soon'],
    ['an empty text', ''],
    ['a text without end', '1'.repeat(1_000)],
    ['undefined', undefined],
    ['null', null],
    ['an object', {}],
    ['a promise', Promise.resolve(5)],
    ['a symbol', Symbol('soon')],
  ])('waits the plain delay when a custom backoff returns %s', (_, nonsense) => {
    expect(backoffDelay(1, undefined, rules({ backoff: () => nonsense as number }))).toBe(1_000);
  });
});

describe('readDuration', () => {
  it('reads milliseconds and texts', () => {
    expect([readDuration(5, 0), readDuration('5s', 0), readDuration(0, 7)]).toEqual([5, 5_000, 0]);
  });
});
