import { describe, expect, it } from 'vitest';
import type { NewJob } from '../../../../lib/contract/index.js';
import type { JobEntry } from '../../../../lib/backends/memory/job-entry.js';
import type { KeyLimits } from '../../../../lib/contract/index.js';
import { KeyTable } from '../../../../lib/backends/memory/key-table.js';
import { anEntry, aQueue } from './an-entry.js';

function keyed(limits: KeyLimits) {
  const queue = aQueue();
  const admitted: string[] = [];
  const keys = new KeyTable(limits, (entry) => void admitted.push(entry.id));
  let made = 0;
  const enter = (id: string, now = 0, words: Partial<NewJob> = {}): JobEntry => {
    const entry = anEntry(queue, { id, key: 'a', ...words });
    entry.seq = ++made;
    if (keys.enter(entry, entry.rare?.key as string, now)) admitted.push(id);
    return entry;
  };
  return { keys, admitted, enter };
}

describe('limits by key', () => {
  it('let as many in as the key has slots, and park the others', () => {
    const { admitted, enter } = keyed({ concurrency: 2 });
    const entries = ['1', '2', '3'].map((id) => enter(id));
    enter('other', 0, { key: 'b' });
    expect(admitted).toEqual(['1', '2', 'other']);
    expect(entries.map(({ rare }) => rare?.parked)).toEqual([false, false, true]);
  });

  it('let the next in when a slot is freed: by priority, then by place', () => {
    const { keys, admitted, enter } = keyed({ concurrency: 1 });
    const first = enter('first');
    enter('second');
    enter('urgent', 0, { priority: 20 });
    keys.leave(first, 'a', 0);
    expect(admitted).toEqual(['first', 'urgent']);
  });

  it('park a newcomer behind those that are parked already', () => {
    const { keys, admitted, enter } = keyed({ rateLimit: { limit: 1, per: 1_000 } });
    enter('1');
    enter('2');
    const late = enter('3', 1_000);
    expect(late.rare?.parked).toBe(true);
    keys.letInDue(1_000);
    expect(admitted).toEqual(['1', '2']);
  });

  it('name the moment at which the limiter lets the next in', () => {
    const { keys, admitted, enter } = keyed({ rateLimit: { limit: 2, per: 1_000, burst: 1 } });
    for (const id of ['1', '2', '3']) enter(id, 100);
    expect(keys.nextGrantAt()).toBe(600);
    keys.letInDue(599);
    expect(admitted).toEqual(['1']);
    keys.letInDue(600);
    expect(admitted).toEqual(['1', '2']);
    expect(keys.nextGrantAt()).toBe(1_100);
  });

  it('name no moment while it is a slot that is missing', () => {
    const { keys, enter } = keyed({ concurrency: 1, rateLimit: { limit: 100, per: 1_000 } });
    enter('1');
    enter('2');
    expect(keys.reasonOf('a')).toBe('key-concurrency');
    expect(keys.nextGrantAt()).toBe(Infinity);
  });

  it('say which of the two limits it is', () => {
    const { keys, enter } = keyed({ concurrency: 5, rateLimit: { limit: 1, per: 1_000 } });
    enter('1');
    enter('2');
    expect(keys.reasonOf('a')).toBe('key-rate');
  });

  it('take a parked job out without giving its place away', () => {
    const { keys, admitted, enter } = keyed({ concurrency: 1 });
    const first = enter('first');
    const second = enter('second');
    enter('third');
    keys.unpark(second, 'a', 0);
    expect(second.rare?.parked).toBe(false);
    keys.leave(first, 'a', 0);
    expect(admitted).toEqual(['first', 'third']);
  });

  it('count a holder once, however often it leaves', () => {
    const { keys, admitted, enter } = keyed({ concurrency: 1 });
    const first = enter('1');
    enter('2');
    enter('3');
    keys.leave(first, 'a', 0);
    keys.leave(first, 'a', 0);
    expect(admitted).toEqual(['1', '2']);
  });

  it('forget a key that has nothing left', () => {
    const { keys, enter } = keyed({ concurrency: 1 });
    const entry = enter('1');
    expect(keys.size).toBe(1);
    keys.leave(entry, 'a', 0);
    expect(keys.size).toBe(0);
  });

  it('forget a key with a rate once its bucket is full again, and wake nobody for that', () => {
    const { keys, enter } = keyed({ rateLimit: { limit: 1, per: 1_000 } });
    keys.leave(enter('1', 50), 'a', 60);
    expect(keys.size).toBe(1);
    expect([keys.nextGrantAt(), keys.nextRefillAt()]).toEqual([Infinity, 1_050]);
    keys.forgetFull(1_050);
    expect(keys.size).toBe(0);
    expect(keys.nextRefillAt()).toBe(Infinity);
  });

  it('come to an end where the moment of a limiter cannot be told from now', () => {
    const { keys, admitted, enter } = keyed({ rateLimit: { limit: 7_000, per: 1, burst: 1 } });
    const now = Date.UTC(2026, 0, 1) + 0.1;
    enter('1', now);
    enter('2', now);
    keys.letInDue(now + 0.0002);
    keys.letInDue(now + 1);
    expect(admitted).toEqual(['1', '2']);
  });
});
