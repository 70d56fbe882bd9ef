import type { TaskBackend, TaskBackendOptions } from '../../contract/index.js';
import { PostgresDatabase } from './database.js';
import { diagnose, queueNames } from './look-around.js';
import { pgliteDriver } from './pglite-peer.js';
import { postgresDriver } from './postgres-peer.js';
import { PostgresQueueBackend } from './postgres-queue-backend.js';
import { PostgresStateBackend } from './postgres-state-backend.js';
import { postgresOptionProblems, resolvePostgresOptions } from './resolve-postgres-options.js';

/**
 * The factory of the type `postgres`: both interfaces on one pool of connections. What `url` and `options` may say stands at
 * `PostgresBackendOptions`; `pg`, or PGlite with `dataDir`, is looked for here and loaded when the backend is opened.
 *
 * @throws InvalidBackendError naming every option that cannot be used; MissingPeerError when the one that is needed is not installed
 *
 * @example
 * TasksModule.forRoot({ backend: { type: 'postgres', url: 'postgres://localhost:5432/app' } });
 * @example
 * TasksModule.forRoot({ backend: { type: 'postgres', dataDir: './.tasks' } }); // no server: PGlite
 */
export function createPostgresBackend(options: TaskBackendOptions): TaskBackend {
  const settings = resolvePostgresOptions(options);
  const { kind } = settings.target;
  if (kind === 'server') postgresDriver.assertInstalled();
  if (kind === 'embedded') pgliteDriver.assertInstalled();
  const { logger } = options;
  const database = new PostgresDatabase(settings, logger && ((message) => logger.warn(message)));
  const lookout = database.session();
  const queue = new PostgresQueueBackend(database);
  return {
    queue,
    state: new PostgresStateBackend(database),
    ...(database.capabilities.features.transactions && { outbox: queue.outbox }),
    queueNames: () => queueNames(database, lookout),
    diagnose: () => diagnose(database, lookout),
  };
}

createPostgresBackend.check = postgresOptionProblems;
