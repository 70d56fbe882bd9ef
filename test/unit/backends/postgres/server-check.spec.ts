import { describe, expect, it } from 'vitest';
import { assertServer, warningsOf } from '../../../../lib/backends/postgres/server-check.js';
import type { ServerFacts } from '../../../../lib/backends/postgres/sql-driver.js';

const good: ServerFacts = {
  version: 150_018,
  title: '15.18',
  isReplica: false,
  isReadOnly: false,
  encoding: 'UTF8',
  pooler: 'none',
};

describe('the check at the start', () => {
  it.each([130_000, 150_018, 180_006])('takes a server of version %i', (version) => {
    expect(() => assertServer('jobs', { ...good, version })).not.toThrow();
  });

  it.each([
    ['one that is too old', { version: 120_022, title: '12.22' }, 'PostgreSQL 12.22; 13 is the least'],
    ['a replica', { isReplica: true, isReadOnly: true }, 'a replica, which takes no writes'],
    ['one that takes no writes', { isReadOnly: true }, 'takes no writes'],
    ['a database in which not every text fits', { encoding: 'LATIN1' }, 'LATIN1'],
  ])('refuses %s, and says what to do', (_, facts, message) => {
    expect(() => assertServer('jobs', { ...good, ...facts })).toThrow(
      expect.objectContaining({
        code: 'TASKS_INVALID_BACKEND',
        message: expect.stringContaining(message) as string,
        remedy: expect.any(String) as string,
      }),
    );
  });

  it('says that work is looked for behind a pooler that keeps notifications away, and nothing else', () => {
    expect(warningsOf('jobs', good)).toEqual([]);
    expect(warningsOf('jobs', { ...good, pooler: 'session' })).toEqual([]);
    expect(warningsOf('jobs', { ...good, pooler: 'transaction' })).toEqual([
      expect.stringContaining('a pooler in transaction mode'),
    ]);
  });
});
