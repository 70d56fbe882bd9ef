import type { TaskBackendOptions } from '../../contract/index.js';
import { PostgresDatabase } from './database.js';
import { resolvePostgresOptions } from './resolve-postgres-options.js';

/**
 * Brings a schema to the state that this version needs, for deployments that do it before the app starts. It may run several times, and
 * in several places at once.
 *
 * @param entry `url` and `options` as the backend has them in the app; its `migrate` is not looked at.
 * @throws InvalidBackendError for options, a server or a schema that cannot be used; BackendUnavailableError when nobody answers;
 * MissingPeerError when `pg` is not installed
 *
 * @example
 * await migratePostgres({ url: process.env.DATABASE_URL });
 */
export async function migratePostgres(
  entry: Partial<Pick<TaskBackendOptions, 'name' | 'url' | 'options'>>,
): Promise<void> {
  const { name = 'postgres', url, options } = entry;
  const settings = resolvePostgresOptions({
    name,
    type: 'postgres',
    url,
    options: { ...options, migrate: 'boot' },
  });
  const database = new PostgresDatabase(settings);
  const session = database.session();
  await database.open(session);
  await database.close(session);
}
