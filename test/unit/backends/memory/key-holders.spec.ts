import { describe, expect, it } from 'vitest';
import type { Uniqueness } from '../../../../lib/contract/index.js';
import { IdempotencyTable } from '../../../../lib/backends/memory/idempotency-table.js';
import { UniquenessTable } from '../../../../lib/backends/memory/uniqueness-table.js';
import { anEntry, aQueue } from './an-entry.js';

const queue = aQueue();

describe('idempotency keys', () => {
  const once = (id: string, ttl = 1_000) => anEntry(queue, { id, idempotency: { key: 'once', ttl } });

  it('belong to a job until their time is over, whatever becomes of it', () => {
    const table = new IdempotencyTable();
    table.hold({ key: 'once', ttl: 1_000 }, 'a', 500);
    expect([table.holderOf('once'), table.nextAt()]).toEqual(['a', 1_500]);
    table.expire(1_499);
    expect(table.holderOf('once')).toBe('a');
    table.expire(1_500);
    expect([table.holderOf('once'), table.size]).toEqual([undefined, 0]);
  });

  it('are freed by the job that has them, and by no other', () => {
    const table = new IdempotencyTable();
    table.hold({ key: 'once', ttl: 1_000 }, 'a', 0);
    table.free(once('b'));
    expect(table.holderOf('once')).toBe('a');
    table.free(once('a'));
    expect(table.holderOf('once')).toBeUndefined();
  });

  it('come back with a job for what is left of their time', () => {
    const table = new IdempotencyTable();
    table.restore(once('a'), 400);
    expect([table.holderOf('once'), table.nextAt()]).toEqual(['a', 1_000]);
  });

  it('do not come back when their time is over, or another has them', () => {
    const table = new IdempotencyTable();
    table.restore(once('a'), 1_000);
    expect(table.holderOf('once')).toBeUndefined();
    table.hold({ key: 'once', ttl: 1_000 }, 'b', 0);
    table.restore(once('a'), 400);
    expect(table.holderOf('once')).toBe('b');
  });

  it('take nothing from a job that has none', () => {
    const table = new IdempotencyTable();
    table.free(anEntry(queue));
    table.restore(anEntry(queue), 0);
    expect(table.size).toBe(0);
  });
});

describe('unique keys', () => {
  const unique = (id: string, words: Partial<Uniqueness> = {}, name = 'task') =>
    anEntry(queue, { id, name, unique: { mode: 'keep-first', key: 'k', ...words } as Uniqueness });
  const throttled = (id: string) => unique(id, { mode: 'throttle', window: 1_000 });

  it('belong to an unfinished job', () => {
    const table = new UniquenessTable();
    const job = unique('a');
    table.hold(job, 0);
    expect(table.holderOf('task', 'k')).toBe(job);
    table.finished(job);
    expect([table.holderOf('task', 'k'), table.size]).toEqual([undefined, 0]);
  });

  it('are kept apart by task', () => {
    const table = new UniquenessTable();
    table.hold(unique('a', { key: 'bc' }, 'a'), 0);
    expect([table.holderOf('ab', 'c'), table.holderOf('a', 'bc')?.id]).toEqual([undefined, 'a']);
  });

  it('stay with the next holder when the last one ends', () => {
    const table = new UniquenessTable();
    const [running, next] = [unique('a'), unique('b')];
    table.hold(running, 0);
    table.hold(next, 0);
    table.finished(running);
    table.free(running);
    expect(table.holderOf('task', 'k')).toBe(next);
  });

  it('come back with a job unless another has them', () => {
    const table = new UniquenessTable();
    const [back, other] = [unique('a'), unique('b')];
    table.restore(back);
    table.restore(other);
    expect(table.holderOf('task', 'k')).toBe(back);
  });

  it('outlive a throttled job that finishes, for their window', () => {
    const table = new UniquenessTable();
    const job = throttled('a');
    table.hold(job, 0);
    table.finished(job);
    expect([table.windowOf('task', 'k'), table.nextAt()]).toEqual(['a', 1_000]);
    table.expire(1_000);
    expect(table.windowOf('task', 'k')).toBeUndefined();
  });

  it('are freed by a throttled job that is cancelled, and by no other', () => {
    const table = new UniquenessTable();
    table.hold(throttled('a'), 0);
    table.free(throttled('b'));
    expect(table.windowOf('task', 'k')).toBe('a');
    table.free(throttled('a'));
    expect(table.windowOf('task', 'k')).toBeUndefined();
  });
});
