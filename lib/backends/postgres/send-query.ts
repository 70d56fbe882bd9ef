import type { Client, PoolClient, QueryConfig, QueryResult } from 'pg';
import type { Ms } from '../../contract/index.js';
import { SqlFailure } from './sql-failure.js';

/** A statement as the driver takes it. Its types leave out how long one statement may take. */
interface BoundedQuery extends QueryConfig {
  readonly query_timeout: Ms;
}

/**
 * Sends a statement, and waits no longer than that for what becomes of it.
 * @throws SqlFailure
 */
export async function sendQuery(client: Client | PoolClient, query: BoundedQuery): Promise<QueryResult> {
  try {
    return await client.query(query as QueryConfig);
  } catch (error) {
    throw SqlFailure.ofStatement(error);
  }
}
