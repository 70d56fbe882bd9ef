import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { optionField as field } from '../../config/index.js';
import type { PgliteLike, PostgresPoolLike } from './postgres-options.js';

const tls = z.union([z.boolean(), field.own<ConnectionOptions>(isPlainObject, 'object')], {
  error: "must be true, false or Node's TLS options",
});

/** PostgreSQL cuts longer names without a word, and keeps what begins with `pg_` for itself. */
const schema = z.string({ error: 'must be a text' }).regex(/^(?!pg_)[A-Za-z_][\w-]{0,62}$/, {
  error:
    'must be 1 to 63 of letters, digits, `_`, `-`, begin with none of the latter two but `_`, and not with `pg_`',
});

const pool = field.own<PostgresPoolLike>(
  (value) =>
    field.hasMethods(value, 'connect', 'query', 'on') && isPlainObject((value as PostgresPoolLike).options),
  'must be a pool of pg',
);

const pglite = field.own<PgliteLike>(
  (value) => field.hasMethods(value, 'query', 'transaction', 'listen'),
  'must be a PGlite',
);

/** Every option of the type `postgres` but the URL, with its check. */
export const postgresOptionSchema = z.strictObject({
  host: field.text().optional(),
  port: field.whole(1, 65_535).optional(),
  database: field.text().optional(),
  user: field.text().optional(),
  password: field.text().optional(),
  tls: tls.optional(),
  pool: pool.optional(),
  dataDir: field.text().optional(),
  pglite: pglite.optional(),
  schema: schema.default('tasks'),
  poolSize: field.whole(1, 1_000).default(10),
  migrate: z.enum(['boot', 'check'], { error: 'must be boot or check' }).default('boot'),
  commandTimeout: field.duration(1).prefault('10s'),
  statementTimeout: field.duration(1).optional(),
  connectTimeout: field.duration(1).prefault('5s'),
  applicationName: z
    .string({ error: 'must be a text' })
    .regex(/^[\w.:-]{1,48}$/, { error: 'must be 1 to 48 of letters, digits, `.`, `_`, `:`, `-`' })
    .default('nestjs-tasks'),
});

export type ParsedPostgresOptions = z.output<typeof postgresOptionSchema>;

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
