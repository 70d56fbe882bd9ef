import { join, resolve } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { InvalidBackendError } from '../../errors/index.js';
import { inLine } from '../driver-trouble.js';
import { isolate } from '../isolate.js';
import { DataFolderLock } from './data-folder-lock.js';
import { unpacked } from './packed-array.js';
import { pgliteDriver } from './pglite-peer.js';
import type { PgliteLike } from './postgres-options.js';
import { factsOf, loadServerFacts, type FactRow } from './server-facts.js';
import type {
  ChannelListener,
  ServerFacts,
  SqlDriver,
  SqlRow,
  SqlTransaction,
  SqlValues,
} from './sql-driver.js';
import { SqlFailure } from './sql-failure.js';
import type { SqlStatement } from './sql-statement.js';

/** Object ids of types that are read as `pg` reads them. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  20: (text) => text,
};

/** A PostgreSQL in this process, whose data lies in a folder that nobody else uses meanwhile. */
export class PgliteDriver implements SqlDriver {
  private db: PGlite | undefined;
  private listening = 0;
  private lock: DataFolderLock | undefined;

  constructor(
    private readonly name: string,
    /** A folder, or a database of the application's: that one is not closed here, and nothing is told of its folder. */
    private readonly source: string | PgliteLike,
  ) {}

  get handles(): number {
    if (typeof this.source !== 'string') return this.listening;
    return (this.db === undefined ? 0 : 1) + (this.lock === undefined ? 0 : 1);
  }

  async open(): Promise<ServerFacts> {
    const { source } = this;
    try {
      this.db ??= typeof source === 'string' ? await this.openFolder(source) : (source as unknown as PGlite);
      const [row] = await this.query<FactRow>(loadServerFacts());
      return factsOf(row as FactRow, 'none');
    } catch (error) {
      await this.close();
      if (error instanceof SqlFailure || error instanceof InvalidBackendError) throw error;
      throw new SqlFailure(error, 'not-sent');
    }
  }

  private async openFolder(folder: string): Promise<PGlite> {
    const { PGlite } = await pgliteDriver.load();
    this.lock ??= await this.takeFolder(folder);
    return PGlite.create({ dataDir: join(folder, 'data') }).catch((error: unknown) =>
      this.unusable(folder, error),
    );
  }

  query<R = SqlRow>(statement: SqlStatement, values: SqlValues = []): Promise<R[]> {
    return run<R>(this.opened(), statement, values);
  }

  async transaction<T>(step: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    let failure: unknown;
    let stepFailure: { readonly error: unknown } | undefined;
    const noting = async <V>(call: Promise<V>): Promise<V> => {
      try {
        return await call;
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    try {
      return await this.opened().transaction(async (db) => {
        const result = await step({
          query: (statement, values = []) => noting(run(db, statement, values)),
          script: (text) => noting(db.exec(text).then(() => undefined, failed)),
        }).catch((error: unknown) => {
          stepFailure = { error };
          throw error;
        });
        // What a step forgives has ended the transaction all the same.
        if (failure !== undefined) throw failure;
        return result;
      });
    } catch (error) {
      // Else it is of the begin or the commit.
      if (error === stepFailure?.error || error instanceof SqlFailure) throw error;
      throw SqlFailure.ofStatement(error);
    }
  }

  async listen(channel: string, { onMessage }: ChannelListener): Promise<() => Promise<void>> {
    const end = await this.opened()
      .listen(channel, (payload) => isolate(() => onMessage(payload)))
      .catch(failed);
    this.listening++;
    return async () => {
      this.listening--;
      await end();
    };
  }

  async close(): Promise<void> {
    const { db, lock } = this;
    this.db = undefined;
    this.lock = undefined;
    try {
      if (typeof this.source === 'string') await db?.close();
    } finally {
      await lock?.release();
    }
  }

  /** Another try would find the same files. */
  private unusable(folder: string, error: unknown): never {
    const data = resolve(folder, 'data');
    throw new InvalidBackendError(
      `Backend "${this.name}": the database in ${data} cannot be opened (${wordsOf(error)}).`,
      {
        cause: error,
        remedy: `It may be damaged, or no database, or of another version of PGlite: put a copy in its place, give another \`dataDir\`, or delete ${data} with all jobs in it.`,
      },
    );
  }

  private opened(): PGlite {
    if (this.db === undefined) throw new SqlFailure('The database is not open.', 'not-sent');
    return this.db;
  }

  private async takeFolder(folder: string): Promise<DataFolderLock> {
    const taken = await DataFolderLock.take(folder).catch((error: unknown) => {
      throw new InvalidBackendError(
        `Backend "${this.name}": its \`dataDir\` ${resolve(folder)} cannot be used (${wordsOf(error)}).`,
        { cause: error, remedy: 'Name a folder that this process may make and write in.' },
      );
    });
    if (taken instanceof DataFolderLock) return taken;
    const { pid, host, file } = taken;
    throw new InvalidBackendError(
      `Backend "${this.name}": its \`dataDir\` ${resolve(folder)} is in use by process ${pid} on ${host}.`,
      {
        remedy: `An embedded database is for one process: end the other one, give this one another \`dataDir\`, or use a server for both. If that process is gone, delete ${resolve(file)}.`,
      },
    );
  }
}

function wordsOf(error: unknown): string {
  return inLine(error instanceof Error ? error.message : String(error));
}

type Runner = Pick<PGlite, 'query'>;

async function run<R>(db: Runner, { text }: SqlStatement, values: SqlValues): Promise<R[]> {
  const { rows } = await db.query<R>(text, unpacked(values), { parsers: PARSERS }).catch(failed);
  return rows;
}

function failed(error: unknown): never {
  throw SqlFailure.ofStatement(error);
}
