import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import type { QueueDefinition } from '../../lib/contract/index.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

export interface OwnPostgresQueue {
  readonly schema: string;
  /** Of whoever looks at the tables, or has a transaction of its own. */
  readonly client: pg.Client;
  readonly backend: PostgresQueueBackend;
}

/**
 * Queues in a schema of their own, for the tests of the suite in which it is called.
 * @param queues declared before it opens
 * @param options of the backend
 */
export function ownPostgresQueue(
  queues: readonly QueueDefinition[] = [],
  options: Readonly<Record<string, unknown>> = {},
): OwnPostgresQueue {
  const schema = uniqueSchema();
  let client: pg.Client;
  let backend: PostgresQueueBackend;
  let url: string;
  beforeAll(async () => {
    ({ url } = await sharedPostgres());
    client = new pg.Client({ connectionString: url });
    await client.connect();
    backend = new PostgresQueueBackend(
      new PostgresDatabase(postgresSettings({ url }, schema, options), () => undefined),
    );
    backend.declare(queues);
    await backend.open();
  });
  afterAll(async () => {
    await backend.close();
    await client.end();
    await dropSchema(url, schema);
  });
  return {
    schema,
    get client() {
      return client;
    },
    get backend() {
      return backend;
    },
  };
}
