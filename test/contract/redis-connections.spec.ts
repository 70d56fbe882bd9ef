import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BackendUnavailableError, TasksClosedError } from '../../lib/errors/index.js';
import { RedisLink } from '../../lib/backends/redis/redis-link.js';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import type { RedisScript } from '../../lib/backends/redis/redis-script.js';
import type { RedisSession } from '../../lib/backends/redis/redis-session.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import { aJob } from '../../lib/testing/index.js';
import { startRedis, type PrivateRedis } from '../servers/redis.mjs';
import { TcpProxy } from '../servers/tcp-proxy.js';
import { rejection } from '../unit/rejection.js';
import { scriptOf } from './redis-scripts.js';

let server: PrivateRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis({ persistence: 'always' });
  admin = new Redis(server.url, { maxRetriesPerRequest: null });
  admin.on('error', () => undefined);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
  await admin.flushall();
});

interface Connected {
  readonly connections: RedisConnections;
  readonly session: RedisSession;
}

async function connect(options: Record<string, unknown> = {}, url = server.url): Promise<Connected> {
  const settings = resolveRedisOptions({ name: 'jobs', type: 'redis', url, options });
  const connections = new RedisConnections(settings, () => undefined);
  const session = connections.session();
  opened.push(() => connections.close(session));
  await connections.open(session);
  return { connections, session };
}

const ECHO = scriptOf('return { KEYS[1], ARGV[1] }');
const INCREMENT = scriptOf("return redis.call('INCR', KEYS[1])");

/** Names of this test's connections, as the server lists them. */
async function connectionsOf(name: string): Promise<string[]> {
  const list = String(await admin.call('CLIENT', 'LIST'));
  return [...list.matchAll(/ name=(\S+)/g)]
    .map(([, found]) => found as string)
    .filter((found) => found.startsWith(`${name}:`));
}

async function eventually(holds: () => boolean | Promise<boolean>, what: string, ms = 10_000): Promise<void> {
  for (const deadline = performance.now() + ms; performance.now() < deadline; await sleep(20))
    if (await holds()) return;
  throw new Error(`It did not come true: ${what}`);
}

/** Cuts every connection but the one that asks for it. */
const cutAll = () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

describe('connections', () => {
  it('are one for a process that only calls', async () => {
    const { session } = await connect({ connectionName: 'caller' });
    await session.call('set', 'key', 'value');
    expect(await connectionsOf('caller')).toEqual(['caller:commands']);
  });

  it('are three at most, however many queues wait and for both interfaces together', async () => {
    const { connections } = await connect({ connectionName: 'three' });
    const other = connections.session();
    await connections.open(other);
    for (let n = 0; n < 20; n++) {
      connections.onWake(`tasks:{queue-${n}}:wake`, () => undefined);
      await connections.watch(`channel-${n}`, () => undefined);
    }
    await eventually(async () => (await connectionsOf('three')).length === 3, 'three connections');
    expect((await connectionsOf('three')).toSorted()).toEqual([
      'three:blocking',
      'three:commands',
      'three:subscriber',
    ]);
    await connections.close(other);
  });

  it('are gone once both interfaces are closed, and not before', async () => {
    const { connections, session } = await connect({ connectionName: 'closing' });
    const other = connections.session();
    await connections.open(other);
    connections.onWake('tasks:{queue}:wake', () => undefined);
    await connections.watch('channel', () => undefined);
    await connections.close(other);
    expect(await rejection(other.call('ping'))).toBeInstanceOf(TasksClosedError);
    expect(await session.call('ping')).toBe('PONG');
    await connections.close(session);
    await connections.close(session);
    expect(connections.handles).toBe(0);
    await eventually(async () => (await connectionsOf('closing')).length === 0, 'no connection');
  });

  it('settle open calls before they close', async () => {
    const { connections, session } = await connect();
    const call = session.call('set', 'key', 'value');
    await connections.close(session);
    expect(await call).toBe('OK');
  });

  it('are made after the pattern of an injected client, which is neither used nor closed', async () => {
    const client = new Redis(server.url, { connectionName: 'theirs', db: 3, lazyConnect: true });
    const settings = resolveRedisOptions({
      name: 'jobs',
      type: 'redis',
      options: { client, connectionName: 'ours' },
    });
    const connections = new RedisConnections(settings, () => undefined);
    const session = connections.session();
    await connections.open(session);
    await session.call('set', 'here', '1');
    expect(client.status).toBe('wait');
    expect(await connectionsOf('ours')).toEqual(['ours:commands']);
    await connections.close(session);
    expect(await client.get('here')).toBe('1');
    client.disconnect();
  });

  it('carry jobs of any payload where the driver is that of an injected client', async () => {
    const client = new Redis(server.url, { lazyConnect: true });
    const settings = resolveRedisOptions({
      name: 'jobs',
      type: 'redis',
      options: { client, prefix: 'theirs' },
    });
    const queue = new RedisQueueBackend(new RedisConnections(settings, () => undefined));
    await queue.open();
    const jobs = ['text', 'žluťoučký', Uint8Array.of(13, 10, 0, 36), undefined].map((payload) =>
      aJob({ queue: 'mail', payload }),
    );
    await queue.enqueue(jobs);
    const records = await queue.get(jobs);
    expect(records.map((record) => record?.payload)).toEqual(jobs.map(({ payload }) => payload));
    await queue.close();
    client.disconnect();
  });
});

describe('a server that cannot be reached', () => {
  it('ends the start with what was in the way, and without the password', async () => {
    const error = await rejection<BackendUnavailableError>(
      connect({ connectTimeout: 300 }, 'redis://:hunter2@127.0.0.1:1'),
    );
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'not-sent', backend: 'jobs' });
    expect((error.cause as Error).message).toContain('ECONNREFUSED');
    expect(error.message).toBe(
      'Backend "jobs" is unavailable (outcome not-sent): nothing listens at its address, or the server refuses the connection (connect ECONNREFUSED 127.0.0.1:1).',
    );
    expect(JSON.stringify(error) + String(error.stack) + String((error.cause as Error).stack)).not.toContain(
      'hunter2',
    );
  });

  it('ends it at once where the password is wrong', async () => {
    await admin.acl('SETUSER', 'app', 'on', '>right', '~*', '&*', '+@all');
    const started = performance.now();
    const url = server.url.replace('redis://', 'redis://app:hunter2@');
    const error = await rejection<BackendUnavailableError>(connect({ connectTimeout: '20s' }, url));
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((error.cause as Error).message).toContain('WRONGPASS');
    // Waiting for it at boot would help nobody.
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_FAULT', outcome: 'not-sent' });
    expect(error.message).toContain('the server refuses the user or the password (WRONGPASS');
    expect(error.remedy).toContain('user and password');
  });
});

describe('a server that has changed its mind', () => {
  const refusal = async (session: RedisSession): Promise<BackendUnavailableError> =>
    rejection<BackendUnavailableError>(session.run(INCREMENT, ['count'], []));

  it('says that it is out of memory', async () => {
    const { session } = await connect();
    await admin.config('SET', 'maxmemory', '1');
    const error = await refusal(session);
    await admin.config('SET', 'maxmemory', '0');
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'not-sent' });
    expect(error.message).toContain('the server has no memory left for it (OOM');
  });

  it('says that it is a replica now', async () => {
    const { session } = await connect();
    await admin.replicaof('127.0.0.1', 1);
    const error = await refusal(session);
    await admin.replicaof('NO', 'ONE');
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'not-sent' });
    expect(error.message).toMatch(/the server is a replica (and takes no writes|that has lost its master)/);
  });
});

describe('a database that the server does not have', () => {
  it.each([
    ['in the url', {}, '/99'],
    ['in the options', { db: 99 }, ''],
  ])('ends the start when it is named %s: the driver would take database 0', async (_, options, path) => {
    const url = `${server.url.replace(/\/\d*$/, '')}${path}`;
    await expect(connect(options, url)).rejects.toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      message: expect.stringContaining('the server has no database 99'),
      remedy: expect.stringContaining('prefix'),
    });
  });
});

describe('a call', () => {
  it('whose reply is lost rejects as unknown, and is not sent again', async () => {
    const proxy = await TcpProxy.before(server.port);
    const { session } = await connect({}, `redis://127.0.0.1:${proxy.port}`);
    proxy.loseNextReply();
    expect(await rejection(session.call('incr', 'count'))).toMatchObject({ outcome: 'unknown' });
    await eventually(() => session.call('ping').then(Boolean, () => false), 'the connection comes back');
    expect(await admin.get('count')).toBe('1');
    await proxy.close();
  });

  it('over a network that has gone rejects after the command timeout, and those after it at once', async () => {
    const proxy = await TcpProxy.before(server.port);
    const { session } = await connect({ commandTimeout: 300 }, `redis://127.0.0.1:${proxy.port}`);
    proxy.silence(true);
    expect(await rejection(session.call('ping'))).toMatchObject({ outcome: 'unknown' });
    await sleep(1_100);
    const started = performance.now();
    expect(await rejection(session.call('ping'))).toMatchObject({ outcome: 'not-sent' });
    expect(performance.now() - started).toBeLessThan(250);
    proxy.silence(false);
    proxy.cut();
    await eventually(() => session.call('ping').then(Boolean, () => false), 'the connection comes back');
    await proxy.close();
  });

  it('waits for a connection that was just lost', async () => {
    const { session } = await connect();
    await cutAll();
    await eventually(
      () => session.call('set', 'key', 'value').then(Boolean, () => false),
      'calls succeed',
      1_000,
    );
    expect(await session.call('get', 'key')).toBe('value');
  });

  it('rejects at once as not sent while the server has been gone for longer', async () => {
    const { session } = await connect();
    await server.kill();
    await eventually(
      async () => (await rejection<BackendUnavailableError>(session.call('ping'))).outcome === 'not-sent',
      'the loss is noticed',
    );
    await sleep(1_100);
    const started = performance.now();
    expect(await rejection(session.call('ping'))).toMatchObject({ outcome: 'not-sent' });
    expect(performance.now() - started).toBeLessThan(200);
    await server.start();
    await eventually(() => session.call('ping').then(Boolean, () => false), 'the connection comes back');
  });

  it('to a server that is frozen rejects as unknown after the command timeout, and works again once it goes on', async () => {
    const { session } = await connect({ commandTimeout: 300 });
    server.freeze();
    const started = performance.now();
    const error = await rejection<BackendUnavailableError>(session.call('incr', 'frozen'));
    expect(error).toMatchObject({ outcome: 'unknown' });
    expect(performance.now() - started).toBeLessThan(3_000);
    server.thaw();
    await eventually(() => session.call('ping').then(Boolean, () => false), 'calls succeed');
    expect(Number(await admin.get('frozen'))).toBeLessThanOrEqual(1);
  });

  it('that the server refuses says that nothing was done, and what to do', async () => {
    const { session } = await connect();
    // Less than an empty server has: one of Redis 8 is content with a megabyte.
    await admin.config('SET', 'maxmemory', '1');
    const error = await rejection<BackendUnavailableError>(session.call('set', 'key', 'x'.repeat(100)));
    await admin.config('SET', 'maxmemory', '0');
    expect(error).toMatchObject({ outcome: 'not-sent' });
    expect(error.remedy).toContain('maxmemory');
    expect((error.cause as { command?: unknown }).command).toBeUndefined();
  });

  it('to a master that has become a replica says that nothing was done, and finds the master again', async () => {
    const { session } = await connect();
    await admin.replicaof('127.0.0.1', '1');
    expect(await rejection(session.call('set', 'key', 'value'))).toMatchObject({ outcome: 'not-sent' });
    await admin.replicaof('NO', 'ONE');
    await eventually(() => session.call('set', 'key', 'value').then(Boolean, () => false), 'writes succeed');
  });
});

describe('a script', () => {
  it('runs whether or not the server knows it, also among others that are sent with it', async () => {
    const { session } = await connect();
    expect(await session.run(ECHO, ['key'], ['text'])).toEqual(['key', 'text']);
    await admin.script('FLUSH');
    const call = { script: INCREMENT, keys: ['count'], args: [] };
    const numbers = await session.runAll([call, call, call]);
    expect(numbers.map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    await admin.script('FLUSH');
    await Promise.all(Array.from({ length: 50 }, () => session.run(INCREMENT, ['count'], [])));
    expect(await admin.get('count')).toBe('53');
  });

  it('carries bytes exactly', async () => {
    const { session } = await connect();
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));
    expect(await session.runBuffer(ECHO, ['key'], [bytes])).toEqual([Buffer.from('key'), bytes]);
  });

  it('that is wrong rejects with its name in the cause', async () => {
    const { session } = await connect();
    const wrong: RedisScript = scriptOf('return redis.call("GET")');
    expect(await rejection(session.run(wrong, [], []))).toMatchObject({
      code: 'TASKS_BACKEND_FAULT',
      cause: { message: expect.stringContaining('Wrong number of args') },
    });
  });
});

describe('a wake-up', () => {
  const key = (name: string): string => `tasks:{${name}}:wake`;
  const mark = (name: string) => admin.zadd(key(name), 0, '0');

  it('reaches one who waits, on any of many keys', async () => {
    const { connections } = await connect();
    const woken: string[] = [];
    for (const name of ['a', 'b', 'c']) connections.onWake(key(name), () => woken.push(name));
    for (const name of ['c', 'a', 'b']) await mark(name);
    await eventually(() => woken.length === 3, 'all are woken');
    expect(woken.toSorted()).toEqual(['a', 'b', 'c']);
    expect(await admin.exists(key('a'), key('b'), key('c'))).toBe(0);
  });

  it('reaches one process of two', async () => {
    const [one, two] = [await connect(), await connect()];
    let woken = 0;
    for (const { connections } of [one, two]) connections.onWake(key('shared'), () => woken++);
    await sleep(100);
    await mark('shared');
    await eventually(() => woken > 0, 'somebody is woken');
    await sleep(100);
    expect(woken).toBe(1);
  });

  it('on a key that is added is not late by the read that is under way', async () => {
    const { connections } = await connect();
    connections.onWake(key('first'), () => undefined);
    await sleep(200);
    let at = 0;
    connections.onWake(key('second'), () => (at = performance.now()));
    const started = performance.now();
    await mark('second');
    await eventually(() => at > 0, 'it is woken');
    expect(at - started).toBeLessThan(2_000);
  });

  /** How often the server was asked to end a read since its counts were reset. */
  const interruptions = async () =>
    Number(/cmdstat_client\|unblock:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);
  const isReading = async () => / flags=b .* cmd=bzpopmin /.test(String(await admin.call('CLIENT', 'LIST')));

  it('on keys that are added together ends the read that is under way once', async () => {
    const { connections } = await connect();
    connections.onWake(key('first'), () => undefined);
    await eventually(isReading, 'it reads');
    await admin.config('RESETSTAT');
    const woken: string[] = [];
    for (const name of ['a', 'b', 'c']) connections.onWake(key(name), () => woken.push(name));
    for (const name of ['a', 'b', 'c']) await mark(name);
    await eventually(() => woken.length === 3, 'all are woken');
    expect(await interruptions()).toBe(1);
  });

  it('on keys that are wanted again together interrupts no read', async () => {
    const { connections } = await connect();
    const listeners = ['a', 'b', 'c'].map((name) => connections.onWake(key(name), () => undefined));
    await eventually(isReading, 'it reads');
    for (const listener of listeners) listener.setActive(false);
    await mark('b');
    await eventually(async () => (await admin.zcard(key('b'))) === 1 && !(await isReading()), 'it rests');
    await admin.del(key('b'));
    await admin.config('RESETSTAT');
    for (const listener of listeners) listener.setActive(true);
    await eventually(isReading, 'it reads again');
    expect(await interruptions()).toBe(0);
  });

  it('that nobody wants any more is put back for others', async () => {
    const { connections } = await connect();
    let woken = 0;
    const listener = connections.onWake(key('quiet'), () => woken++);
    await sleep(100);
    listener.setActive(false);
    await mark('quiet');
    await eventually(async () => (await admin.zcard(key('quiet'))) === 1, 'the marker is back');
    await sleep(100);
    expect(woken).toBe(0);
    expect(await admin.zcard(key('quiet'))).toBe(1);
    listener.setActive(true);
    await eventually(() => woken === 1, 'it is woken once it wants to be');
  });

  it('comes after a lost connection, since a marker may have been lost with it', async () => {
    const { connections } = await connect();
    let woken = 0;
    connections.onWake(key('again'), () => woken++);
    await sleep(100);
    await cutAll();
    await eventually(() => woken > 0, 'it is woken');
    woken = 0;
    await mark('again');
    await eventually(() => woken > 0, 'it is woken on the new connection');
    expect(await admin.exists(key('again'))).toBe(0);
  });
});

describe('a channel', () => {
  it('is listened to again after the connection was lost, and its listener is told to look', async () => {
    const { connections } = await connect();
    const heard: string[] = [];
    let reconnects = 0;
    await connections.watch(
      'news',
      (message) => heard.push(message.toString()),
      () => reconnects++,
    );
    await admin.publish('news', 'before');
    await eventually(() => heard.length === 1, 'the first message');
    expect(reconnects).toBe(0);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => reconnects === 1, 'the listener is told');
    await admin.publish('news', 'after');
    await eventually(() => heard.length === 2, 'the second message');
    expect(heard).toEqual(['before', 'after']);
  });

  it('rejects when the server is gone', async () => {
    const { connections } = await connect({ connectTimeout: 200 });
    await server.kill();
    expect(await rejection(connections.watch('news', () => undefined))).toMatchObject({
      outcome: 'not-sent',
    });
    await server.start();
  });

  it('survives a listener that throws', async () => {
    const { connections } = await connect();
    const heard: string[] = [];
    await connections.watch('loud', () => {
      throw new Error('A listener that throws, on purpose.');
    });
    await connections.watch('loud', (message) => heard.push(message.toString()));
    await admin.publish('loud', 'hello');
    await eventually(() => heard.length === 1, 'the other hears it');
    expect(heard).toEqual(['hello']);
  });
});

describe('a link to redis', () => {
  it('that is started again while it comes to rest connects anew', async () => {
    const link = new RedisLink({
      make: () => Promise.resolve(new Redis(server.url, { lazyConnect: true, retryStrategy: null })),
    });
    opened.push(() => link.close());
    link.start();
    const first = await link.wait(5_000);
    const rested = link.rest();
    link.start();
    await rested;
    const second = await link.wait(5_000);
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
  });

  it('that is closed stays closed', async () => {
    const link = new RedisLink({
      make: () => Promise.resolve(new Redis(server.url, { lazyConnect: true, retryStrategy: null })),
    });
    await link.close();
    link.start();
    expect(link.handles).toBe(0);
  });
});
