import { describe, expect, it } from 'vitest';
import { MemoryIndex } from '../../../../lib/backends/memory/memory-index.js';
import { MemoryLeases } from '../../../../lib/backends/memory/memory-leases.js';
import { MemoryLimiters } from '../../../../lib/backends/memory/memory-limiters.js';
import { MemoryValues } from '../../../../lib/backends/memory/memory-values.js';

describe('values', () => {
  it('change their version with every write, also when the value is the same or was deleted', () => {
    const values = new MemoryValues();
    const versions = new Set<string | undefined>();
    for (let n = 0; n < 3; n++) {
      values.set({ key: 'k', value: 'same' }, 0);
      versions.add(values.get('k')?.version);
      values.delete('k');
    }
    expect(versions.size).toBe(3);
  });

  it('keep the time to live that they had where a compare-and-set names none', () => {
    const values = new MemoryValues();
    values.set({ key: 'k', value: '1', ttl: 1_000 }, 0);
    const version = values.get('k')?.version as string;
    expect(values.compareAndSet('k', version, '2', undefined, 900)).toBe(true);
    values.expire(1_000);
    expect(values.size).toBe(0);
  });

  it('count from 0, and keep the time to live of the first count', () => {
    const values = new MemoryValues();
    expect([values.increment('n', 2, 1_000, 0), values.increment('n', 3, 9_000, 500)]).toEqual([2, 5]);
    expect(values.get('n')?.value).toBe('5');
    values.expire(1_000);
    expect(values.increment('n', 1, undefined, 1_000)).toBe(1);
  });

  it.each([0.5, Number.NaN, 2 ** 53])('cannot be raised by %d', (by) => {
    const values = new MemoryValues();
    expect(() => values.increment('n', by, undefined, 0)).toThrow(
      expect.objectContaining({ code: 'TASKS_VALIDATION' }),
    );
    expect(values.get('n')).toBeUndefined();
  });

  it('cannot be counted on where they are no number', () => {
    const values = new MemoryValues();
    values.set({ key: 'k', value: 'text' }, 0);
    expect(() => values.increment('k', 1, undefined, 0)).toThrow('only whole numbers are counted');
    expect(values.get('k')?.value).toBe('text');
  });
});

describe('leases', () => {
  it('take no memory once they are over, and their fences go on all the same', () => {
    const leases = new MemoryLeases();
    const first = leases.acquire('name', 'me', 100, 0);
    leases.expire(100);
    expect(leases.size).toBe(0);
    const second = leases.acquire('name', 'you', 100, 100);
    expect(Number(second?.fence)).toBeGreaterThan(Number(first?.fence));
  });

  it('void the one that their holder had before', () => {
    const leases = new MemoryLeases();
    const before = leases.acquire('name', 'me', 100, 0);
    const now = leases.acquire('name', 'me', 100, 0);
    expect(leases.renew(before as NonNullable<typeof before>, 100, 0)).toBe(false);
    leases.release(before as NonNullable<typeof before>);
    expect(leases.renew(now as NonNullable<typeof now>, 100, 0)).toBe(true);
  });
});

describe('limiters', () => {
  it('are forgotten once they are full again', () => {
    const limiters = new MemoryLimiters();
    const limit = { limit: 2, per: 1_000 };
    expect(limiters.take('bucket', limit, 3, 0)).toEqual({ granted: 2, retryInMs: 500 });
    limiters.expire(999);
    expect(limiters.size).toBe(1);
    limiters.expire(1_000);
    expect(limiters.size).toBe(0);
  });

  it('remember nothing of a look that took nothing', () => {
    const limiters = new MemoryLimiters();
    expect(limiters.take('bucket', { limit: 2, per: 1_000 }, 0, 0)).toEqual({ granted: 0, retryInMs: 0 });
    expect(limiters.size).toBe(0);
  });
});

describe('an index', () => {
  it('refuses a score that is no number, and adds none of that call', () => {
    const index = new MemoryIndex();
    const members = [
      { member: 'a', score: 1 },
      { member: 'b', score: Number.NaN },
    ];
    expect(() => index.add(members)).toThrow(expect.objectContaining({ code: 'TASKS_VALIDATION' }));
    expect(index.size).toBe(0);
  });

  it('gives members that nobody can change in it', () => {
    const index = new MemoryIndex();
    index.add([{ member: 'a', score: 1 }]);
    const [found] = index.range({});
    Object.assign(found as object, { member: 'z', score: 9 });
    expect(index.range({})).toEqual([{ member: 'a', score: 1 }]);
  });
});
