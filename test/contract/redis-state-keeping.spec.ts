import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisStateBackend } from '../../lib/backends/redis/redis-state-backend.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';
import { rejection } from '../unit/rejection.js';

let state: RedisStateBackend;
let admin: Redis;
let url: string;
const prefix = uniquePrefix();
beforeAll(async () => {
  ({ url } = await sharedRedis());
  admin = new Redis(url);
  const settings = resolveRedisOptions({ name: 'redis', type: 'redis', url, options: { prefix } });
  state = new RedisStateBackend(new RedisConnections(settings, () => undefined));
  await state.open();
});
afterAll(async () => {
  await state.close();
  admin.disconnect();
  await dropPrefix(url, prefix);
});

describe('what is kept on the server', () => {
  it('stands under the prefix, each kind apart', async () => {
    await state.set([{ key: 'k', value: 'v' }]);
    await state.index('k').add([{ member: 'm', score: 1 }]);
    await state.acquire('k', 'ada', 1_000);
    await state.take('k', { limit: 1, per: 60_000 }, 1);
    const kept = ['value', 'index', 'lease', 'bucket'].map((kind) => `${prefix}:${kind}:k`);
    expect(await admin.exists(...kept)).toBe(4);
  });

  it('goes by itself: a limiter that is full again, and a lease a day after its end', async () => {
    await state.take('brief', { limit: 10, per: 1_000 }, 1);
    await state.acquire('brief', 'ada', 1_000);
    expect(await admin.pttl(`${prefix}:bucket:brief`)).toBeLessThanOrEqual(101);
    const life = await admin.pttl(`${prefix}:lease:brief`);
    expect(life).toBeGreaterThan(86_400_000);
    expect(life).toBeLessThanOrEqual(86_401_000);
  });

  it('is gone at once where there is no time to live', async () => {
    await state.set([{ key: 'gone', value: 'v' }]);
    await state.set([{ key: 'gone', value: 'v', ttl: 0 }]);
    expect(await state.get(['gone'])).toEqual([undefined]);
  });
});

describe('a fence', () => {
  it('goes on above the last one although the server’s clock was set back', async () => {
    const ahead = String((Date.now() + 3_600_000) * 1_000);
    await admin.hset(`${prefix}:lease:clock`, { owner: 'ada', fence: ahead, until: '0' });
    const lease = await state.acquire('clock', 'bob', 1_000);
    expect(BigInt(lease?.fence ?? 0)).toBe(BigInt(ahead) + 1n);
  });
});

describe('what cannot be counted', () => {
  it.each([
    ['a text', 'five', 1],
    ['a fraction', '1', 0.5],
    ['what is over the exact numbers', String(Number.MAX_SAFE_INTEGER), 1],
  ])('is refused and left alone: %s', async (_, value, by) => {
    await state.set([{ key: 'counted', value }]);
    expect(await rejection(state.increment('counted', by))).toMatchObject({ code: 'TASKS_VALIDATION' });
    expect((await state.get(['counted']))[0]?.value).toBe(value);
  });
});

describe('what somebody else wrote there', () => {
  it('is no value of ours', async () => {
    await admin.set(`${prefix}:value:foreign`, 'short');
    expect(await state.get(['foreign'])).toEqual([undefined]);
  });
});

describe('an index', () => {
  it('is read in pages of equal scores without reading what lies before, in the order of bytes', async () => {
    const index = state.index('ties');
    const members = Array.from({ length: 2_500 }, (_, n) => `m${String(n).padStart(4, '0')}`);
    await index.add(members.map((member) => ({ member, score: 7 })));
    const page = await index.range({ after: { member: 'm1999x', score: 7 }, limit: 2 });
    expect(page.map(({ member }) => member)).toEqual(['m2000', 'm2001']);
    const back = await index.range({ after: { member: 'm2000', score: 7 }, limit: 2, reverse: true });
    expect(back.map(({ member }) => member)).toEqual(['m1999', 'm1998']);
  });

  it('keeps scores without end, and refuses what is no number', async () => {
    const index = state.index('endless');
    await index.add([
      { member: 'last', score: Infinity },
      { member: 'first', score: -Infinity },
    ]);
    expect(await index.range()).toEqual([
      { member: 'first', score: -Infinity },
      { member: 'last', score: Infinity },
    ]);
    expect(await rejection(index.add([{ member: 'm', score: NaN }]))).toMatchObject({
      code: 'TASKS_VALIDATION',
    });
  });
});
