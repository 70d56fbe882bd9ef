import type { Transaction } from '../../contract/index.js';
import type { DatabaseSession, PostgresDatabase } from './database.js';
import type { Declarations } from './declarations.js';
import { callersTransaction } from './callers-transaction.js';
import type { SqlRow, SqlValues } from './sql-driver.js';
import type { SqlStatement } from './sql-statement.js';

/** Runs the statements of the queue interface. What was declared of a queue since the last call goes first. */
export class QueueCalls {
  private readonly open = new Set<Promise<unknown>>();

  constructor(
    private readonly session: DatabaseSession,
    private readonly declarations: Declarations,
    private readonly database: Pick<PostgresDatabase, 'name' | 'capabilities' | 'hasOneConnection'>,
  ) {}

  /**
   * @param queues Those that the call names.
   * @param tx Joined in the place of a transaction of its own.
   */
  async rows<R = SqlRow>(
    statement: SqlStatement,
    queues: readonly string[],
    values: SqlValues,
    tx?: Transaction,
  ): Promise<R[]> {
    if (tx !== undefined && this.database.hasOneConnection) {
      return this.rowsWithin(tx, statement, queues, values);
    }
    const queries = tx === undefined ? this.session : callersTransaction(tx, this.database);
    const declared = this.declarations.send(queues);
    if (declared === undefined) return queries.query<R>(statement, values);
    const call = declared.then(() => queries.query<R>(statement, values));
    this.open.add(call);
    try {
      return await call;
    } finally {
      this.open.delete(call);
    }
  }

  /** The transaction has the one connection: a declaration goes along in it, and with it when it is rolled back; the next call of our own makes it for good. */
  private async rowsWithin<R>(
    tx: Transaction,
    statement: SqlStatement,
    queues: readonly string[],
    values: SqlValues,
  ): Promise<R[]> {
    const queries = callersTransaction(tx, this.database);
    const untold = this.declarations.within(queues);
    if (untold !== undefined) await queries.query(untold.statement, untold.values);
    return queries.query<R>(statement, values);
  }

  /** Resolves once every call has been sent that waits for a declaration. */
  async sent(): Promise<void> {
    await Promise.allSettled(this.open);
  }

  /** The same of a statement that gives one row. */
  async row<R = SqlRow>(
    statement: SqlStatement,
    queues: readonly string[],
    values: SqlValues,
    tx?: Transaction,
  ): Promise<R> {
    const [row] = await this.rows<R>(statement, queues, values, tx);
    return row as R;
  }
}
