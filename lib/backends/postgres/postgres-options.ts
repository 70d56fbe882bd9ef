import type { ConnectionOptions } from 'node:tls';
import type { Duration } from '../../contract/index.js';

/**
 * What is used of an injected pool of `pg`: our statements run on its connections, and it is never closed. The connection that
 * listens is made after its pattern.
 */
export interface PostgresPoolLike {
  connect(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly options: object;
}

/**
 * What is used of an injected PGlite: our statements run in it, between the transactions of the application, and it is never closed.
 */
export interface PgliteLike {
  readonly dataDir?: string | undefined;
  query(text: string, values?: unknown[], options?: object): Promise<unknown>;
  transaction<T>(step: (tx: never) => Promise<T>): Promise<T>;
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
}

/**
 * What `backend: { type: 'postgres', url, options }` takes as `options`. Everything has a default; without a `url` too it is
 * `postgres://localhost:5432`, as the user of the process.
 *
 * @example
 * { type: 'postgres', url: 'postgres://app:secret@db.internal:5432/app' }
 * @example
 * { type: 'postgres', dataDir: './.tasks' }
 * @example
 * { type: 'postgres', options: { pglite: await PGlite.create('./data') } }
 * @example
 * { type: 'postgres', options: { pool: new Pool({ connectionString }), schema: 'background' } }
 */
export interface PostgresBackendOptions {
  /** Default `localhost`; a path that begins with `/` is the folder of a Unix socket. Not together with `url`. */
  readonly host?: string | undefined;
  /** Default 5432. */
  readonly port?: number | undefined;
  /** Default: as the user is called. Wins over the database of the URL. */
  readonly database?: string | undefined;
  /** Default: the user of the process. Wins over the user of the URL. */
  readonly user?: string | undefined;
  /** Default: none. Wins over the password of the URL. */
  readonly password?: string | undefined;
  /** `true` or Node's TLS options. Default: what `sslmode` of the URL says, else no TLS. */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** A `pg.Pool` of the application's. It is used and never closed. Not together with any address. */
  readonly pool?: PostgresPoolLike | undefined;
  /**
   * A folder: the database runs in this process on PGlite, and its data lies there. Not together with any address. It may stand
   * beside `type` as well.
   */
  readonly dataDir?: string | undefined;
  /**
   * A `PGlite` of the application's, in this process: it is used and never closed. With it jobs and rows of the application lie in one
   * database, so that calls can join its transactions. Not together with any address.
   */
  readonly pglite?: PgliteLike | undefined;
  /** Holds every table; apps that share a database take different ones. Default `tasks`. */
  readonly schema?: string | undefined;
  /** Connections for calls that a process holds at most; one more listens. Default 10. */
  readonly poolSize?: number | undefined;
  /** `boot`: missing migrations are carried out when the backend is opened. `check`: they make the start fail. Default `boot`. */
  readonly migrate?: 'boot' | 'check' | undefined;
  /** How long a call waits for the server's answer before it rejects. Default 10 s. */
  readonly commandTimeout?: Duration | undefined;
  /** When the server gives up a statement by itself, so that its outcome is known. Default: nine tenths of `commandTimeout`. */
  readonly statementTimeout?: Duration | undefined;
  /** How long a call may wait for a connection. Default 5 s. */
  readonly connectTimeout?: Duration | undefined;
  /** What `pg_stat_activity` shows. Default `nestjs-tasks`. */
  readonly applicationName?: string | undefined;
}
