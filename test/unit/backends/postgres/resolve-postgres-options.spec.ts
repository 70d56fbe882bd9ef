import { describe, expect, it } from 'vitest';
import { resolvePostgresOptions } from '../../../../lib/backends/postgres/resolve-postgres-options.js';
import { addressOf, secretsOf } from '../../../../lib/backends/postgres/postgres-target.js';

const resolve = (options: Record<string, unknown>, url?: string) =>
  resolvePostgresOptions({ name: 'jobs', type: 'postgres', options, ...(url && { url }) });

const pool = {
  options: { host: 'db', port: 5433, database: 'app', password: 'hunter2' },
  connect: () => Promise.resolve(),
  query: () => Promise.resolve(),
  on: () => pool,
};

describe('the options of postgres', () => {
  it('have defaults', () => {
    expect(resolve({})).toEqual({
      name: 'jobs',
      target: { kind: 'server' },
      schema: 'tasks',
      poolSize: 10,
      migrate: 'boot',
      commandTimeout: 10_000,
      statementTimeout: 9_000,
      connectTimeout: 5_000,
      applicationName: 'nestjs-tasks',
    });
  });

  it('come from the URL, and those that stand beside it win', () => {
    const { target } = resolve({ password: 'other', database: 'jobs' }, 'postgres://ada:one@db:5433/app');
    expect(target).toEqual({
      kind: 'server',
      host: 'db',
      port: 5433,
      database: 'jobs',
      user: 'ada',
      password: 'other',
      tls: undefined,
    });
  });

  it('take a pool of pg, and a folder', () => {
    expect(resolve({ pool }).target).toEqual({ kind: 'pool', pool });
    expect(resolve({ dataDir: './.tasks' }).target).toEqual({ kind: 'embedded', dataDir: './.tasks' });
  });

  it('give the server less time than the caller has', () => {
    expect(resolve({ commandTimeout: '1s' })).toMatchObject({ commandTimeout: 1_000, statementTimeout: 900 });
    expect(resolve({ commandTimeout: '1s', statementTimeout: 250 })).toMatchObject({ statementTimeout: 250 });
  });

  it.each(['tasks', 'Tasks', '_t', 'with-dash', 'a'.repeat(63)])('take %s for a schema', (schema) => {
    expect(resolve({ schema }).schema).toBe(schema);
  });

  it.each(['', 'pg_tasks', '1st', 'a b', 'a"b', "a'b", 'a.b', 'a'.repeat(64), 7])(
    'refuse %j as a schema',
    (schema) => {
      expect(() => resolve({ schema })).toThrow(/options\.schema: must be/);
    },
  );

  it.each([
    ['a pool beside a URL', { pool }, 'postgres://db', /options\.pool: cannot be given together with url/],
    ['a pool beside a host', { pool, host: 'db' }, undefined, /together with options\.host/],
    ['a folder beside a URL', { dataDir: 'x' }, 'postgres://db', /options\.dataDir: cannot .* url/],
    [
      'a folder beside a pool',
      { dataDir: 'x', pool },
      undefined,
      /options\.dataDir: cannot .* options\.pool/,
    ],
    ['a host beside a URL', { host: 'db' }, 'postgres://db', /options\.host: cannot .* url/],
    ['a port beside a URL', { port: 1 }, 'postgres://db', /options\.port: cannot .* url/],
    ['what is no pool', { pool: {} }, undefined, /options\.pool: must be a pool of pg/],
    ['a pool of none', { poolSize: 0 }, undefined, /options\.poolSize/],
    ['an unknown way to migrate', { migrate: 'later' }, undefined, /options\.migrate: must be boot or check/],
    [
      'a statement that outlives its call',
      { statementTimeout: '11s' },
      undefined,
      /options\.statementTimeout/,
    ],
    ['an unknown option', { shema: 'tasks' }, undefined, /shema/],
    ['a URL of something else', {}, 'redis://db', /url: must begin with postgres/],
  ])('refuse %s', (_, options, url, message) => {
    expect(() => resolve(options, url)).toThrow(message);
  });

  it('show where the database is, and nothing that is secret', () => {
    const server = resolve({}, 'postgres://ada:hunter2@[::1]:5433/app').target;
    expect([addressOf(server), secretsOf(server)]).toEqual(['[::1]:5433/app', ['hunter2']]);
    const injected = resolve({ pool }).target;
    expect([addressOf(injected), secretsOf(injected)]).toEqual(['db:5433/app', ['hunter2']]);
    const embedded = resolve({ dataDir: './.tasks' }).target;
    expect([addressOf(embedded), secretsOf(embedded)]).toEqual(['./.tasks', []]);
    expect(addressOf(resolve({}).target)).toBe('localhost:5432');
  });
});
