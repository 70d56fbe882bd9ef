import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { testTaskBackend } from '../../lib/testing/index.js';
import { type PrivateTlsRedis, startTlsRedis } from '../servers/redis-topologies.js';
import { uniquePrefix } from '../servers/shared-redis.js';
import { onlyTopics } from './only-topics.js';
import { redisHarnessOn, redisStateHarnessOn, type RedisUnderTest } from './redis-harness.js';

let server: PrivateTlsRedis;
beforeAll(async () => {
  server = await startTlsRedis();
}, 60_000);
afterAll(() => server.stop());

/** Scripts are the same over TLS; what may differ are the connections: bytes, sizes, waiting, messages, closing. */
const BY_CONNECTION =
  /^(claim|batches|payloads|hostile names and texts|subscribe|several processes|opening and closing)$/;
const STATE_BY_CONNECTION = /^state: (values|publish and watch)$/;
const long = process.env['TASKS_TEST_LONG'] === '1';

const runner = { describe, it, beforeAll, afterAll };
const find = async (): Promise<RedisUnderTest> => ({ url: server.url, tls: { ca: server.ca } });

testTaskBackend(
  onlyTopics(long ? /^(?!state: )/ : BY_CONNECTION, runner),
  redisHarnessOn('redis, over TLS', find),
);
testTaskBackend(
  onlyTopics(long ? /^state: / : STATE_BY_CONNECTION, runner),
  redisStateHarnessOn('redis, state over TLS', find),
);

describe('a server that speaks TLS', () => {
  const open = async (url: string, options: object = {}): Promise<void> => {
    const settings = resolveRedisOptions({
      name: 'redis',
      type: 'redis',
      url,
      options: { prefix: uniquePrefix(), connectTimeout: '1s', commandTimeout: '1s', ...options },
    });
    const queue = new RedisQueueBackend(new RedisConnections(settings, () => undefined));
    try {
      await queue.open();
    } finally {
      await queue.close();
    }
  };

  const fault = { code: 'TASKS_BACKEND_FAULT', outcome: 'not-sent' };

  it('is refused when nobody vouches for its certificate, and the error says where the authority is given', async () => {
    await expect(open(server.url)).rejects.toMatchObject({
      ...fault,
      remedy: expect.stringContaining('options.tls.ca'),
      cause: { message: expect.stringContaining('self-signed certificate') },
    });
  });

  it('is refused under a name that its certificate does not have, and the error says what to do', async () => {
    const tls = { ca: server.ca, servername: 'elsewhere.example' };
    await expect(open(server.url, { tls })).rejects.toMatchObject({
      ...fault,
      remedy: expect.stringContaining('options.tls.servername'),
      cause: { message: expect.stringContaining('elsewhere.example') },
    });
  });

  it('is not there for whoever speaks plain text', async () => {
    await expect(open(server.url.replace('rediss:', 'redis:'))).rejects.toMatchObject({
      code: 'TASKS_BACKEND_UNAVAILABLE',
      outcome: 'not-sent',
    });
  });

  it('opens to whoever knows its authority', async () => {
    await expect(open(server.url, { tls: { ca: server.ca } })).resolves.toBeUndefined();
  });
});
