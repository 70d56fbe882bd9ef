import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { createRedisBackend } from '../../lib/backends/redis/index.js';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { systemClock } from '../../lib/contract/index.js';
import { redisBinary, startRedis, type PrivateRedisOptions } from '../servers/redis.mjs';
import { rejection } from '../unit/rejection.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Starts such a server, and connects to it. @returns what it was warned of */
async function warningsOn(server: PrivateRedisOptions, credentials = ''): Promise<string[]> {
  const { url, stop } = await startRedis(server);
  ends.push(stop);
  const warnings: string[] = [];
  const settings = resolveRedisOptions({
    name: 'jobs',
    type: 'redis',
    url: url.replace('redis://', `redis://${credentials}`),
    options: {},
  });
  const connections = new RedisConnections(settings, (warning) => warnings.push(warning));
  const session = connections.session();
  const other = connections.session();
  ends.push(() => connections.close(session));
  ends.push(() => connections.close(other));
  await Promise.all([connections.open(session), connections.open(other)]);
  return warnings;
}

async function openedOn(url: string, logger?: { warn(message: string): void }) {
  const options = { name: 'jobs', type: 'redis', url, options: {}, clock: systemClock };
  const { queue } = createRedisBackend(logger === undefined ? options : { ...options, logger });
  ends.push(() => queue.close());
  await queue.open();
  return queue;
}

describe('the check at the start', () => {
  it('has nothing to say of a server that keeps what it accepts', async () => {
    expect(await warningsOn({ persistence: 'everysec' })).toEqual([]);
  });

  it('warns loudly of a server that evicts', async () => {
    const args = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'];
    expect(await warningsOn({ persistence: 'everysec', args })).toEqual([
      expect.stringContaining('THE SERVER MAY DELETE JOBS. Its maxmemory-policy is allkeys-lru'),
    ]);
  });

  it('says once that nothing is saved, for both interfaces together', async () => {
    expect(await warningsOn({ persistence: 'none' })).toEqual([
      expect.stringContaining('the server saves nothing to disk'),
    ]);
  });

  it('says it to the logger that the app gives', async () => {
    const { url, stop } = await startRedis({ persistence: 'none' });
    ends.push(stop);
    const told: string[] = [];
    const logger = { warn: (message: string) => void told.push(message) };
    await openedOn(url, logger);
    expect(told).toEqual([expect.stringContaining('the server saves nothing to disk')]);
  });

  it('takes snapshots for saving', async () => {
    expect(await warningsOn({ args: ['--save', '3600 1'] })).toEqual([]);
  });

  it('warns of eviction also where CONFIG is forbidden, and is silent about what it cannot know', async () => {
    const user = ['--user', 'app', 'on', '>secret', '~*', '&*', '+@all', '-config'];
    const args = ['--maxmemory-policy', 'volatile-ttl', ...user];
    expect(await warningsOn({ args }, 'app:secret@')).toEqual([expect.stringContaining('volatile-ttl')]);
  });

  it('refuses a replica, and says who knows the master', async () => {
    const master = await startRedis();
    ends.push(master.stop);
    const error = await rejection(warningsOn({ args: ['--replicaof', '127.0.0.1', String(master.port)] }));
    expect(error).toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      remedy: expect.stringContaining('options.sentinels'),
    });
  });

  it('refuses a node of a cluster to a client of one server', async () => {
    const error = await rejection(warningsOn({ args: ['--cluster-enabled', 'yes'] }));
    expect(error).toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      remedy: expect.stringContaining('options.cluster'),
    });
  });

  it('tells Valkey from Redis, whose version it shows as well', async () => {
    const { url, stop } = await startRedis({ persistence: 'everysec' });
    ends.push(stop);
    const client = new Redis(url);
    ends.push(async () => client.disconnect());
    const isValkey = (await client.info('server')).includes('server_name:valkey');
    const program = execFileSync(redisBinary() as string, ['--version'], { encoding: 'utf8' });
    const version = /v=(\d+\.\d+\.\d+)/.exec(program)?.[1] as string;
    const queue = await openedOn(url);
    expect((await queue.ping()).version).toBe(isValkey ? `Valkey ${version}` : version);
  });
});
