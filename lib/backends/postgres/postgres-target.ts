import type { ConnectionOptions } from 'node:tls';
import type { Ms } from '../../contract/index.js';
import type { PgliteLike, PostgresPoolLike } from './postgres-options.js';

/** One server and database. What is not given is left to the driver, which asks the environment as `psql` does. */
export interface PostgresAddress {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: boolean | ConnectionOptions | undefined;
}

/** Where the database is, in the one form that the connections are made from. */
export type PostgresTarget =
  | ({ readonly kind: 'server' } & PostgresAddress)
  | { readonly kind: 'pool'; readonly pool: PostgresPoolLike }
  /** In this process, with its data in a folder. */
  | { readonly kind: 'embedded'; readonly dataDir: string }
  /** In this process, in a database of the application's. */
  | { readonly kind: 'pglite'; readonly pglite: PgliteLike };

/** A postgres entry of the configuration, resolved. */
export interface PostgresSettings {
  /** Of the entry, for messages. */
  readonly name: string;
  readonly target: PostgresTarget;
  readonly schema: string;
  readonly poolSize: number;
  readonly migrate: 'boot' | 'check';
  readonly commandTimeout: Ms;
  readonly statementTimeout: Ms;
  readonly connectTimeout: Ms;
  readonly applicationName: string;
}

/** The same for a server that is connected to. */
export interface PostgresServerSettings extends PostgresSettings {
  readonly target: Exclude<PostgresTarget, { kind: 'embedded' | 'pglite' }>;
}

/** Where the connections go, without any secret: for health output and messages. */
export function addressOf(target: PostgresTarget): string {
  if (target.kind === 'embedded') return target.dataDir;
  if (target.kind === 'pglite') return target.pglite.dataDir ?? 'memory';
  const { host = 'localhost', port = 5432, database } = targetAddress(target);
  const server = host.includes(':') && !host.startsWith('/') ? `[${host}]` : host;
  return `${server}:${port}${database === undefined ? '' : `/${database}`}`;
}

/** What must not be shown, whatever a driver or a server says. */
export function secretsOf(target: PostgresTarget): string[] {
  if (target.kind === 'embedded' || target.kind === 'pglite') return [];
  const { password } = targetAddress(target);
  return typeof password === 'string' && password !== '' ? [password] : [];
}

function targetAddress(target: PostgresServerSettings['target']): PostgresAddress {
  if (target.kind === 'server') return target;
  const { host, port, database, password } = target.pool.options as PostgresAddress;
  return { host, port, database, password };
}
