import type { BackendOptions } from 'nestjs-tasks';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../../servers/shared-redis.js';
import { TcpProxy } from '../../servers/tcp-proxy.js';

/** A place of one test's own on a broker that runs share. */
export interface Place {
  readonly backend: BackendOptions;
  /** The same place, over a line of its own that a test can cut. */
  readonly behindProxy: () => Promise<{ readonly backend: BackendOptions; readonly proxy: TcpProxy }>;
  readonly drop: () => Promise<void>;
}

async function place(
  type: string,
  url: string,
  options: Record<string, unknown>,
  drop: () => Promise<void>,
): Promise<Place> {
  return {
    backend: { type, url, options },
    behindProxy: async () => {
      const target = new URL(url);
      const proxy = await TcpProxy.before(Number(target.port || (type === 'redis' ? 6379 : 5432)));
      target.host = `127.0.0.1:${proxy.port}`;
      return { backend: { type, url: target.href, options }, proxy };
    },
    drop,
  };
}

/** The brokers that processes share, each with a way to a place of a test's own. */
export const SHARED_BROKERS: readonly (readonly [string, () => Promise<Place>])[] = [
  [
    'Redis',
    async () => {
      const { url } = await sharedRedis();
      const prefix = uniquePrefix();
      return place('redis', url, { prefix }, () => dropPrefix(url, prefix));
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const { url } = await sharedPostgres();
      const schema = uniqueSchema();
      return place('postgres', url, { schema }, () => dropSchema(url, schema));
    },
  ],
];
