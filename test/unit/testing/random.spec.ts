import { describe, expect, it } from 'vitest';
import { version } from 'uuid';
import { Random, testSeed } from '../../../lib/testing/random.js';

describe('Random', () => {
  it('makes the same choices from the same seed', () => {
    const choices = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.below(1_000));
    };
    expect(choices(42)).toEqual(choices(42));
    expect(choices(42)).not.toEqual(choices(43));
  });

  it('stays within its bounds, and reaches all of them', () => {
    const random = new Random(7);
    const seen = new Set(Array.from({ length: 500 }, () => random.below(6)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('shuffles without losing anything, and leaves the original alone', () => {
    const items = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8]);
    const shuffled = new Random(1).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });

  it('makes UUIDv7s that say nothing of the order in which they were made', () => {
    const random = new Random(3);
    const ids = Array.from({ length: 50 }, () => random.jobId());
    expect(ids.every((id) => version(id) === 7)).toBe(true);
    expect(new Set(ids).size).toBe(50);
    expect(ids).not.toEqual(ids.toSorted());
  });
});

describe('the seed of a run', () => {
  it('is the one that is asked for', () => {
    process.env['TASKS_TEST_SEED'] = '123';
    expect(testSeed()).toBe(123);
    delete process.env['TASKS_TEST_SEED'];
  });

  it('is a new one otherwise, also when what is asked for is no number', () => {
    process.env['TASKS_TEST_SEED'] = 'abc';
    expect(testSeed()).toBeGreaterThan(0);
    delete process.env['TASKS_TEST_SEED'];
    expect(new Set(Array.from({ length: 5 }, testSeed)).size).toBeGreaterThan(1);
  });
});
