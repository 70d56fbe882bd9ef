import { describe, expect, it } from 'vitest';
import { assertServer, warningsOf, shownVersion } from '../../../../lib/backends/redis/server-check.js';
import { parseServerInfo, type RedisServerInfo } from '../../../../lib/backends/redis/server-info.js';

const good: RedisServerInfo = {
  product: 'redis',
  version: '7.0.15',
  role: 'master',
  isCluster: false,
  evictionPolicy: 'noeviction',
  persistence: 'aof',
  isSaveFailing: false,
};

describe('parseServerInfo', () => {
  const redis =
    '# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory_policy:allkeys-lru\r\n# Persistence\r\naof_enabled:0\r\nrdb_last_bgsave_status:ok\r\n# Replication\r\nrole:master\r\n# Cluster\r\ncluster_enabled:0\r\n';

  it('reads what the server says', () => {
    expect(parseServerInfo(redis, '')).toEqual({
      product: 'redis',
      version: '7.2.4',
      role: 'master',
      isCluster: false,
      evictionPolicy: 'allkeys-lru',
      persistence: 'none',
      isSaveFailing: false,
    });
  });

  it('knows Valkey by its own version, not by the one that it shows for compatibility', () => {
    expect(parseServerInfo(`${redis}valkey_version:8.1.0\r\n`)).toMatchObject({
      product: 'valkey',
      version: '8.1.0',
    });
  });

  it.each([
    ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1', 'Valkey 8.1.1'],
    ['redis_version:8.0.2', '8.0.2'],
  ])('shows of %j the version %s', (info, shown) => {
    expect(shownVersion(parseServerInfo(info))).toBe(shown);
  });

  it.each([
    ['redis_version:7.0.15\r\nredis_mode:standalone', 'redis', '7.0.15'],
    ['redis_version:8.0.2\r\nredis_mode:standalone', 'redis', '8.0.2'],
    [
      'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.2.7\r\nredis_mode:standalone',
      'valkey',
      '7.2.7',
    ],
    [
      'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\nserver_mode:standalone',
      'valkey',
      '8.1.1',
    ],
  ])('takes what servers say, %j, for %s %s', (info, product, version) => {
    expect(parseServerInfo(`# Server\r\n${info}\r\n`)).toMatchObject({ product, version, isCluster: false });
  });

  it.each(['cluster_enabled:1', 'redis_mode:cluster', 'server_mode:cluster'])(
    'knows a node of a cluster by %s',
    (line) => {
      expect(parseServerInfo(`${line}\r\n`).isCluster).toBe(true);
    },
  );

  it.each([
    ['aof_enabled:1', '', 'aof'],
    ['aof_enabled:0', '3600 1', 'rdb'],
    ['aof_enabled:0', '', 'none'],
    ['aof_enabled:0', undefined, 'unknown'],
  ])('takes %s with save %j for %s', (aof, save, persistence) => {
    expect(parseServerInfo(aof, save).persistence).toBe(persistence);
  });

  it('knows nothing of a server that says nothing', () => {
    expect(parseServerInfo('')).toMatchObject({ product: 'other', version: 'unknown', role: undefined });
  });
});

describe('assertServer', () => {
  it.each([
    ['redis', '7.0.0'],
    ['redis', '8.2.1'],
    ['valkey', '7.2.0'],
    ['valkey', '9.0.1'],
    ['other', '0.1'],
  ] as const)('takes %s %s', (product, version) => {
    expect(() => assertServer('jobs', { ...good, product, version }, false)).not.toThrow();
  });

  it.each([
    ['redis', '6.2.14', 'Redis 6.2.14'],
    ['valkey', '7.1.0', 'Valkey 7.1.0'],
  ] as const)('refuses %s %s', (product, version, shown) => {
    expect(() => assertServer('jobs', { ...good, product, version }, false)).toThrow(
      `Backend "jobs": the server is ${shown}; Redis 7.0 or Valkey 7.2 is the least that it needs.`,
    );
  });

  it('refuses a replica', () => {
    expect(() => assertServer('jobs', { ...good, role: 'slave' }, false)).toThrow('the server is a replica');
  });

  it('refuses a node of a cluster to a client of one server', () => {
    expect(() => assertServer('jobs', { ...good, isCluster: true }, false)).toThrow(
      'a node of a Redis Cluster',
    );
    expect(() => assertServer('jobs', { ...good, isCluster: true }, true)).not.toThrow();
  });
});

describe('warningsOf', () => {
  it('has nothing to say of a server that is set up well', () => {
    expect(warningsOf('jobs', good)).toEqual([]);
    expect(warningsOf('jobs', { ...good, evictionPolicy: undefined, persistence: 'unknown' })).toEqual([]);
  });

  it.each([
    [
      { evictionPolicy: 'volatile-lru' },
      /MAY DELETE JOBS\. Its maxmemory-policy is volatile-lru.*noeviction/,
    ],
    [{ persistence: 'none' }, /saves nothing to disk.*restart of it loses every job/],
    [{ isSaveFailing: true }, /last attempt of the server to save its data failed/],
    [{ product: 'other' }, /neither Redis nor Valkey/],
  ] as const)('says of %j what follows from it', (change, warning) => {
    expect(warningsOf('jobs', { ...good, ...change })).toEqual([expect.stringMatching(warning)]);
  });
});
