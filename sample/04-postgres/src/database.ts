import { randomBytes } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** A transaction, as `pg` and PGlite have it; it is also what `tx` and `ctx.complete()` take. */
export interface Transaction {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The one database of the app: its tables and its jobs. */
export abstract class Database {
  /** What the backend of the type `postgres` is given. */
  abstract readonly options: Record<string, unknown>;
  /** Where the tables of the app lie. */
  readonly schema = `sample_04_${randomBytes(4).toString('hex')}`;

  abstract query<R>(text: string, values?: unknown[]): Promise<R[]>;
  /** Commits when the step resolves, else rolls back. */
  abstract transaction<T>(step: (tx: Transaction) => Promise<T>): Promise<T>;
  abstract close(): Promise<void>;
}

/** PostgreSQL in this process, in memory: nothing to install or start. */
export class EmbeddedDatabase extends Database {
  private readonly pglite = new PGlite();
  readonly options = { pglite: this.pglite };

  async query<R>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.pglite.query<R>(text, values)).rows;
  }

  transaction<T>(step: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.pglite.transaction(step);
  }

  close(): Promise<void> {
    return this.pglite.close();
  }
}

/** A server. What the sample makes there lies in two schemas of its own, which are dropped at the end. */
export class ServerDatabase extends Database {
  private readonly pool: pg.Pool;
  readonly options: Record<string, unknown>;

  constructor(url: string) {
    super();
    this.pool = new pg.Pool({ connectionString: url });
    this.options = { pool: this.pool, schema: `${this.schema}_tasks` };
  }

  async query<R>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.pool.query(text, values)).rows as R[];
  }

  async transaction<T>(step: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const result = await step(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.query(`drop schema if exists ${this.schema}, ${this.schema}_tasks cascade`);
    await this.pool.end();
  }
}
