import type { startPostgres } from '../../test/servers/postgres.mjs';

interface ServerModule {
  startPostgres: typeof startPostgres;
}

/** As the server comes: a commit is on the disk before it is confirmed. */
const SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  max_wal_size: '4GB',
};

/** A PostgreSQL server that serves one run of the benchmark alone. It ends with this process. */
export async function privateServer(): ReturnType<typeof startPostgres> {
  // From bench/dist/postgres: the module is not compiled with the benchmarks.
  const module = new URL('../../../test/servers/postgres.mjs', import.meta.url);
  return ((await import(module.href)) as ServerModule).startPostgres({ settings: SETTINGS });
}
