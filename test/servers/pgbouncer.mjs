import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstBinary } from './binaries.mjs';
import { ChildServer, freePort, temporaryFolder } from './child-server.mjs';
import { installPackages } from './find-server.mjs';
import { probePostgres } from './postgres.mjs';
import { unprivilegedAccount } from './unprivileged-account.mjs';

const MEND =
  'There is no PgBouncer for the tests, and none could be installed: apt-get install pgbouncer, or name one in PGBOUNCER.';

/**
 * A PgBouncer of the caller's own, on 127.0.0.1, before a PostgreSQL server. It ends with this process, or before. Where none is
 * installed it is installed, as find-server.mjs does it.
 *
 * @param {{ before: string, mode: 'session' | 'transaction' }} options `before`: URL of the server
 */
export async function startPgBouncer({ before, mode }) {
  const binary = pgBouncerBinary();
  const port = await freePort();
  const folder = temporaryFolder('pgbouncer');
  const server = new URL(before);
  const database = server.pathname.slice(1) || 'postgres';
  const settings = join(folder.path, 'pgbouncer.ini');
  const target = {
    host: server.hostname,
    port: server.port || '5432',
    dbname: database,
    user: decodeURIComponent(server.username) || 'postgres',
    ...(server.password && { password: decodeURIComponent(server.password) }),
  };
  writeFileSync(
    settings,
    [
      '[databases]',
      `${database} = ${Object.entries(target)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${mode}`,
      'default_pool_size = 8',
      `pidfile = ${join(folder.path, 'pid')}`,
    ].join('\n'),
  );
  const account = unprivilegedAccount();
  if (account !== undefined) chownSync(folder.path, account.uid, account.gid);
  const url = `postgres://anybody@127.0.0.1:${port}/${database}`;
  const child = new ChildServer({
    command: binary,
    args: [settings],
    account,
    endSignal: 'SIGINT',
    isUp: async () => (await probePostgres(url)) !== undefined,
  });
  await child.start().catch((error) => {
    folder.dispose();
    throw error;
  });
  return {
    url,
    /** A crash of it, and a start. */
    restart: async () => {
      await child.kill();
      await child.start();
    },
    stop: async () => {
      await child.kill();
      folder.dispose();
    },
  };
}

function pgBouncerBinary() {
  const find = () => process.env['PGBOUNCER'] ?? firstBinary(['pgbouncer']);
  const there = find();
  if (there !== undefined) return there;
  const binary = installPackages('PgBouncer', ['pgbouncer']) ? find() : undefined;
  if (binary === undefined) throw new Error(MEND);
  return binary;
}
