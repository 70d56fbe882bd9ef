export { createPostgresBackend } from './create-postgres-backend.js';
export { migratePostgres } from './migrate-postgres.js';
export {
  EMBEDDED_POSTGRES_CAPABILITIES,
  POSTGRES_CAPABILITIES,
  SHARED_PGLITE_CAPABILITIES,
} from './postgres-capabilities.js';
export type { PgliteLike, PostgresBackendOptions, PostgresPoolLike } from './postgres-options.js';
