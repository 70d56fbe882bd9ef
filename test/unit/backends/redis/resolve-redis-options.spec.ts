import { Redis, Cluster } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { addressOf, secretsOf } from '../../../../lib/backends/redis/redis-target.js';
import { resolveRedisOptions } from '../../../../lib/backends/redis/resolve-redis-options.js';
import { InvalidBackendError } from '../../../../lib/errors/index.js';

const resolve = (options: Record<string, unknown> = {}, url?: string) =>
  resolveRedisOptions({ name: 'jobs', type: 'redis', url, options });

function refusal(options: Record<string, unknown>, url?: string): InvalidBackendError {
  try {
    resolve(options, url);
  } catch (error) {
    if (error instanceof InvalidBackendError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('what needs no options', () => {
  it('is a local server', () => {
    expect(resolve()).toEqual({
      name: 'jobs',
      target: { kind: 'server', host: 'localhost', port: 6379, family: 0, db: 0, tls: false },
      prefix: 'tasks',
      commandTimeout: 5_000,
      connectTimeout: 5_000,
      connectionName: 'nestjs-tasks',
    });
  });
});

describe('a server', () => {
  it('comes from the URL, with credentials and TLS that options may replace', () => {
    const { target } = resolve({ password: 'other', tls: { ca: 'pem' } }, 'rediss://app:secret@cache:7000/2');
    expect(target).toMatchObject({
      host: 'cache',
      port: 7000,
      db: 2,
      username: 'app',
      password: 'other',
      tls: { ca: 'pem' },
    });
  });

  it('comes from options', () => {
    const { target } = resolve({ host: 'cache', port: 7000, db: 1, tls: true });
    expect(target).toMatchObject({ kind: 'server', host: 'cache', port: 7000, db: 1, tls: true });
    expect(resolve({ path: '/run/redis.sock' }).target).toMatchObject({ path: '/run/redis.sock' });
  });

  it('takes durations as everywhere', () => {
    expect(resolve({ commandTimeout: '2s', connectTimeout: 250 })).toMatchObject({
      commandTimeout: 2_000,
      connectTimeout: 250,
    });
  });
});

describe('Sentinels', () => {
  it('have ports and credentials of their own', () => {
    const { target } = resolve({
      sentinels: { name: 'mymaster', nodes: ['s1', { host: 's2', port: 1 }], password: 'sentinel' },
      password: 'secret',
      db: 3,
    });
    expect(target).toEqual({
      kind: 'sentinel',
      name: 'mymaster',
      nodes: [
        { host: 's1', port: 26379 },
        { host: 's2', port: 1 },
      ],
      db: 3,
      password: 'secret',
      tls: false,
      sentinelAccess: { password: 'sentinel', tls: false },
    });
    expect(secretsOf(target)).toEqual(['secret', 'sentinel']);
  });
});

describe('a cluster', () => {
  it('is known from some nodes', () => {
    const nodes = ['10.0.0.1:7000', '[::1]:7001', { host: 'c' }];
    expect(resolve({ cluster: { nodes } }).target).toMatchObject({
      kind: 'cluster',
      nodes: [
        { host: '10.0.0.1', port: 7000 },
        { host: '::1', port: 7001 },
        { host: 'c', port: 6379 },
      ],
    });
  });

  it('is known from one URL', () => {
    const { target } = resolve({ cluster: true }, 'rediss://:secret@cluster.internal:7000');
    expect(target).toMatchObject({
      kind: 'cluster',
      nodes: [{ host: 'cluster.internal', port: 7000 }],
      password: 'secret',
      tls: true,
    });
  });
});

describe('an injected client', () => {
  it('is taken as it is, standalone or cluster', () => {
    const client = new Redis({ lazyConnect: true, password: 'secret' });
    const cluster = new Cluster([{ port: 7000 }], { lazyConnect: true });
    expect(resolve({ client }).target).toEqual({ kind: 'client', client });
    expect(resolve({ client: cluster }).target).toEqual({ kind: 'client', client: cluster });
    expect(secretsOf(resolve({ client }).target)).toEqual(['secret']);
  });

  it.each([
    ['standalone', () => new Redis({ lazyConnect: true, keyPrefix: 'mine:' })],
    ['cluster', () => new Cluster([], { lazyConnect: true, redisOptions: { keyPrefix: 'mine:' } })],
  ])('with a keyPrefix is refused: %s', (_, client) => {
    expect(refusal({ client: client() }).message).toMatch(
      /options\.client: must not have a keyPrefix.*`prefix`/,
    );
  });

  it('that is none is refused', () => {
    expect(refusal({ client: {} }).message).toContain('options.client: must be an ioredis client');
  });
});

describe('options that cannot be used', () => {
  it.each([
    [{ hots: 'cache' }, undefined, /options\.hots: is not an option\. Did you mean "host"/],
    [{ port: 70_000 }, undefined, /options\.port: must be a whole number, 1 to 65535/],
    [{ prefix: 'a{b}' }, undefined, /options\.prefix: must be/],
    [{ commandTimeout: '0s' }, undefined, /options\.commandTimeout: must be at least 1/],
    [{ tls: 'yes' }, undefined, /options\.tls: must be true, false or Node's TLS options/],
    [{ host: 'a' }, 'redis://b', /options\.host: cannot be given together with url/],
    [{ port: 1 }, 'redis://b', /options\.port: cannot be given together with url/],
    [{ path: '/x', host: 'a' }, undefined, /options\.path: cannot be given together with options\.host/],
    [
      { sentinels: { name: 'm', nodes: ['s'] } },
      'redis://b',
      /options\.sentinels: cannot be given together with url/,
    ],
    [
      { sentinels: { name: 'm', nodes: [] } },
      undefined,
      /options\.sentinels\.nodes: must name at least one node/,
    ],
    [
      { cluster: { nodes: ['a'] } },
      'redis://b',
      /options\.cluster\.nodes: cannot be given together with url/,
    ],
    [{ cluster: { nodes: ['redis://user:s3cret@a'] } }, undefined, /options\.cluster: must be/],
    [{ cluster: true, db: 1 }, undefined, /options\.db: must be 0: a cluster has no other database/],
    [{ cluster: true }, 'redis://a/1', /options\.db: must be 0/],
    [
      { client: new Redis({ lazyConnect: true }), host: 'a' },
      undefined,
      /options\.client: cannot be given together with options\.host/,
    ],
    [{}, 'http://user:s3cret@a', /url: must begin with redis:\/\/ or rediss:\/\//],
  ])('are named: %s %s', (options, url, expected) => {
    const error = refusal(options, url);
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain('s3cret');
    expect(error.remedy).toContain('docs/redis.md');
  });

  it('are all named at once', () => {
    expect(refusal({ prefix: '', port: 0 }, 'redis://').message.match(/^ {2}- /gm)).toHaveLength(3);
  });
});

describe('addressOf', () => {
  it.each([
    [resolve({}, 'redis://app:secret@cache:7000/2'), 'cache:7000/2'],
    [resolve({ host: '::1' }), '[::1]:6379/0'],
    [resolve({ path: '/run/redis.sock', password: 'secret' }), '/run/redis.sock'],
    [resolve({ sentinels: { name: 'mymaster', nodes: ['s1', 's2'] } }), 'mymaster of s1:26379, s2:26379'],
    [resolve({ cluster: { nodes: ['a:1', 'b:2'] } }), 'a:1, b:2'],
    [resolve({ client: new Redis({ lazyConnect: true, password: 'secret' }) }), 'an injected client'],
  ])('shows where it is, without a secret', ({ target }, shown) => {
    expect(addressOf(target)).toBe(shown);
  });
});
