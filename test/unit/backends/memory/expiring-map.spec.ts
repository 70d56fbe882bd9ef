import { describe, expect, it } from 'vitest';
import { type Expiring, ExpiringMap } from '../../../../lib/backends/memory/expiring-map.js';

const until = (key: string, moment: number): Expiring => ({ key, moment, seq: 0, slot: 0 });

describe('an expiring map', () => {
  it('drops what is over, and nothing else', () => {
    const map = new ExpiringMap();
    for (const [key, moment] of [
      ['a', 10],
      ['b', 20],
      ['c', Infinity],
    ] as const)
      map.set(until(key, moment));
    map.expire(10);
    expect([map.get('a'), map.get('b')?.moment, map.get('c')?.moment]).toEqual([undefined, 20, Infinity]);
    map.expire(1e15);
    expect(map.size).toBe(1);
  });

  it('names the next end', () => {
    const map = new ExpiringMap();
    expect(map.nextAt()).toBe(Infinity);
    map.set(until('a', 10));
    map.set(until('b', 5));
    expect(map.nextAt()).toBe(5);
    map.delete('b');
    expect(map.nextAt()).toBe(10);
  });

  it('forgets the end of what is replaced', () => {
    const map = new ExpiringMap();
    map.set(until('a', 10));
    map.set(until('a', 30));
    map.expire(20);
    expect(map.size).toBe(1);
  });

  it('keeps what is given more time', () => {
    const map = new ExpiringMap();
    const item = until('a', 10);
    map.set(item);
    map.keepUntil(item, 30);
    map.expire(20);
    expect(map.get('a')).toBe(item);
    map.keepUntil(item, Infinity);
    map.expire(1e15);
    expect(map.get('a')).toBe(item);
  });

  it('says whether there was anything to delete', () => {
    const map = new ExpiringMap();
    map.set(until('a', 10));
    expect([map.delete('a'), map.delete('a')]).toEqual([true, false]);
  });
});
