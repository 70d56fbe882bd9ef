import { Redis } from 'ioredis';

/** What lies under one key, in base64. */
type Stored = Readonly<
  Record<string, { readonly type: 'hash' | 'zset' | 'set' | 'string'; readonly data: readonly string[] }>
>;

/** Reads every key of a server, byte for byte, in a form that outlives versions of the server. */
export async function readStored(url: string): Promise<Stored> {
  const client = new Redis(url, { protocol: 2 });
  const stored: Record<string, Stored[string]> = {};
  try {
    for (const key of (await client.keys('*')).toSorted()) {
      const type = (await client.type(key)) as Stored[string]['type'];
      const data = await READERS[type](client, key);
      stored[key] = { type, data: data.map((bytes) => bytes.toString('base64')) };
    }
    return stored;
  } finally {
    client.disconnect();
  }
}

/** Puts it onto an empty server. */
export async function writeStored(url: string, stored: Stored): Promise<void> {
  const client = new Redis(url, { protocol: 2 });
  try {
    for (const [key, { type, data }] of Object.entries(stored)) {
      await WRITERS[type](
        client,
        key,
        data.map((text) => Buffer.from(text, 'base64')),
      );
    }
  } finally {
    client.disconnect();
  }
}

const READERS = {
  hash: (client: Redis, key: string) => client.callBuffer('HGETALL', [key]) as Promise<Buffer[]>,
  zset: (client: Redis, key: string) =>
    client.callBuffer('ZRANGE', [key, '0', '-1', 'WITHSCORES']) as Promise<Buffer[]>,
  set: (client: Redis, key: string) => client.callBuffer('SMEMBERS', [key]) as Promise<Buffer[]>,
  string: async (client: Redis, key: string) => [(await client.callBuffer('GET', [key])) as Buffer],
};

const WRITERS = {
  hash: (client: Redis, key: string, data: readonly Buffer[]) => client.call('HSET', [key, ...data]),
  zset: (client: Redis, key: string, data: readonly Buffer[]) =>
    client.call('ZADD', [key, ...data.map((_, place) => data[place ^ 1] as Buffer)]),
  set: (client: Redis, key: string, data: readonly Buffer[]) => client.call('SADD', [key, ...data]),
  string: (client: Redis, key: string, data: readonly Buffer[]) => client.call('SET', [key, ...data]),
};
