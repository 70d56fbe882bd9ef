import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { optionField as field } from '../../config/index.js';
import type { RedisClientLike } from './redis-options.js';

const port = () => field.whole(1, 65_535);

const tls = () =>
  z.union([z.boolean(), field.own<ConnectionOptions>(isPlainObject, 'object')], {
    error: "must be true, false or Node's TLS options",
  });

/** `host:port` or its parts; a port that is not given is left to the caller. */
const node = z.union(
  [
    z
      .string()
      .regex(/^(\[[0-9a-f:]+\]|[^\s:@/[\]]+)(:\d{1,5})?$/i)
      .transform((text): { host: string; port?: number | undefined } => {
        const [, host = '', given] = /^(.*?)(?::(\d+))?$/.exec(text.replace(/^\[(.*)\]/, '$1|')) ?? [];
        const bare = host.replace('|', '');
        return given === undefined ? { host: bare } : { host: bare, port: Number(given) };
      })
      .pipe(z.object({ host: z.string(), port: port().optional() })),
    z.strictObject({ host: field.text(), port: port().optional() }),
  ],
  { error: 'must be { host, port } or a text such as 10.0.0.1:6379, without credentials' },
);

const nodes = () =>
  z.array(node, { error: 'must be a list of nodes' }).min(1, { error: 'must name at least one node' });

/** The name stands in every key, and a brace there would change which cluster slot a key has. */
const prefix = z
  .string({ error: 'must be a text' })
  .regex(/^[\w.:-]{1,64}$/, { error: 'must be 1 to 64 of letters, digits, `.`, `_`, `:`, `-`' });

const client = field
  .own<RedisClientLike>(
    (value) => field.hasMethods(value, 'duplicate', 'connect', 'disconnect'),
    'must be an ioredis client',
  )
  .refine((value) => !hasKeyPrefix(value), {
    error:
      'must not have a keyPrefix: it would be put before keys that are arguments and not before those that scripts make. ' +
      'Use `prefix` of the backend instead',
  });

/** Every option of the type `redis` but the URL, with its check. */
export const redisOptionSchema = z.strictObject({
  host: field.text().optional(),
  port: port().optional(),
  path: field.text().optional(),
  db: field.whole(0, 1_000_000).optional(),
  username: field.text().optional(),
  password: field.text().optional(),
  tls: tls().optional(),
  sentinels: z
    .strictObject(
      {
        name: field.text(),
        nodes: nodes(),
        username: field.text().optional(),
        password: field.text().optional(),
        tls: tls().default(false),
      },
      { error: 'must be { name, nodes }' },
    )
    .optional(),
  cluster: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          nodes: nodes().optional(),
          natMap: z.record(z.string(), z.strictObject({ host: field.text(), port: port() })).optional(),
        }),
      ],
      { error: 'must be true, false or { nodes }, the nodes as { host, port } or 10.0.0.1:6379' },
    )
    .optional(),
  client: client.optional(),
  prefix: prefix.default('tasks'),
  commandTimeout: field.duration(1).prefault('5s'),
  connectTimeout: field.duration(1).prefault('5s'),
  connectionName: z
    .string({ error: 'must be a text' })
    .regex(/^[\w.:-]{1,64}$/, { error: 'must be 1 to 64 of letters, digits, `.`, `_`, `:`, `-`' })
    .default('nestjs-tasks'),
});

export type ParsedRedisOptions = z.output<typeof redisOptionSchema>;

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKeyPrefix({ options }: RedisClientLike): boolean {
  const { keyPrefix, redisOptions } = (options ?? {}) as {
    keyPrefix?: unknown;
    redisOptions?: { keyPrefix?: unknown };
  };
  return Boolean(keyPrefix) || Boolean(redisOptions?.keyPrefix);
}
