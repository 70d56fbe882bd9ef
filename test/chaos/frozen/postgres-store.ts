import pg from 'pg';
import { PostgresDatabase } from '../../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../../lib/backends/postgres/postgres-queue-backend.js';
import { resolvePostgresOptions } from '../../../lib/backends/postgres/resolve-postgres-options.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { DECLARED, type FrozenStore } from './frozen-jobs.js';
import { readSchema, type StoredSchema, writeSchema } from './postgres-rows.js';

/** The migration that the fixture was frozen at. */
const VERSION = 15;

/** A schema of its own, as the latest migration of then left it: what came later is carried out over its rows. */
export const postgresStore: FrozenStore = {
  name: `PostgreSQL since migration ${VERSION}`,
  fixture: `postgres-jobs-${VERSION}.json`,
  open: async (stored) => {
    const { url } = await sharedPostgres();
    const schema = uniqueSchema();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    if (stored !== undefined) await writeSchema(client, schema, stored as StoredSchema);
    const settings = resolvePostgresOptions({ name: 'postgres', type: 'postgres', url, options: { schema } });
    const backend = new PostgresQueueBackend(new PostgresDatabase(settings, () => undefined));
    backend.declare(DECLARED);
    await backend.open();
    const close = async (): Promise<void> => {
      await backend.close();
      await client.end();
      await dropSchema(url, schema);
    };
    return { backend, read: () => readSchema(client, schema), close };
  },
};
