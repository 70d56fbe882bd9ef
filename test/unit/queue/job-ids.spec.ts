import { afterEach, describe, expect, it, vi } from 'vitest';
import { validate, version } from 'uuid';
import { JobIds } from '../../../lib/queue/job-ids.js';

const many = (ids: JobIds, count: number): string[] => Array.from({ length: count }, () => ids.next());

describe('job ids', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are UUIDs of version 7', () => {
    for (const id of many(new JobIds(), 5_000)) {
      expect(validate(id)).toBe(true);
      expect(version(id)).toBe(7);
    }
  });

  it('tell the millisecond in which they were made', () => {
    vi.useFakeTimers({ now: 1_800_000_000_123 });
    expect(Number.parseInt(new JobIds().next().replace('-', '').slice(0, 12), 16)).toBe(1_800_000_000_123);
  });

  it('ascend within a process, over many milliseconds', () => {
    const ids = many(new JobIds(), 100_000);
    expect(ids.every((id, place) => place === 0 || (ids[place - 1] as string) < id)).toBe(true);
  });

  it('ascend while the clock goes back', () => {
    vi.useFakeTimers({ now: 2_000_000 });
    const ids = new JobIds();
    const before = ids.next();
    vi.setSystemTime(1_000_000);
    expect(ids.next() > before).toBe(true);
  });

  it('differ between two processes in the same millisecond', () => {
    vi.useFakeTimers({ now: 3_000_000 });
    const all = [...many(new JobIds(), 3_000), ...many(new JobIds(), 3_000)];
    expect(new Set(all).size).toBe(6_000);
  });
});
