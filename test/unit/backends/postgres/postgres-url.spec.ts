import { describe, expect, it } from 'vitest';
import { parsePostgresUrl } from '../../../../lib/backends/postgres/postgres-url.js';

const none = {
  host: undefined,
  port: undefined,
  database: undefined,
  user: undefined,
  password: undefined,
  tls: undefined,
};

describe('a postgres URL', () => {
  it.each([
    ['postgres://', none],
    ['postgres://db', { ...none, host: 'db' }],
    ['postgresql://db:5433/app', { ...none, host: 'db', port: 5433, database: 'app' }],
    ['postgres://ada@db/app', { ...none, host: 'db', user: 'ada', database: 'app' }],
    [
      'postgres://ada:s%40cret%2F@db/my%20app',
      { ...none, host: 'db', user: 'ada', password: 's@cret/', database: 'my app' },
    ],
    ['postgres://[::1]:5432/app', { ...none, host: '::1', port: 5432, database: 'app' }],
    [
      'postgres://ada@localhost/app?host=/run/postgresql',
      { ...none, host: '/run/postgresql', user: 'ada', database: 'app' },
    ],
    ['postgres://db?sslmode=disable', { ...none, host: 'db', tls: false }],
    ['postgres://db?sslmode=require', { ...none, host: 'db', tls: true }],
    ['postgres://db?sslmode=verify-full', { ...none, host: 'db', tls: true }],
  ])('is read: %s', (url, address) => {
    expect(parsePostgresUrl(url)).toEqual({ address });
  });

  it.each([
    ['not a url', 'is not a URL'],
    ['mysql://hunter2@db', 'must begin with postgres://'],
    ['postgres://db/a/b', 'must end with the name of a database'],
    ['postgres://db?sslmode=hunter2', 'sslmode'],
    ['postgres://db?sslmode=prefer', 'sslmode'],
    ['postgres://db?options=-c%20search_path', 'options'],
    ['postgres://ada:100%@db', 'not percent-encoded'],
  ])('is refused without any of its values: %s', (url, message) => {
    const { problem } = parsePostgresUrl(url);
    expect(problem).toContain(message);
    expect(problem).not.toContain('hunter2');
  });
});
