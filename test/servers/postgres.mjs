import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ChildServer, freePort, temporaryFolder } from './child-server.mjs';
import { firstBinary } from './binaries.mjs';
import { unprivilegedAccount } from './unprivileged-account.mjs';

const PROBE_BOUND_MS = 2_000;
/** Debian keeps the programs of each version outside of the PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** How the tests come by a PostgreSQL server: see find-server.mjs. */
export const postgresBroker = {
  name: 'postgres',
  environment: 'DATABASE_URL',
  localUrl: 'postgres://postgres@127.0.0.1:5432/postgres',
  packages: ['postgresql'],
  service: 'postgres',
  serviceUrl: 'postgres://postgres@127.0.0.1:5432/postgres',
  mend: 'Start a PostgreSQL 13 server or newer and set DATABASE_URL=postgres://user:password@host:5432/database, or install the package: apt-get install postgresql',
  probe: probePostgres,
  binary: () => postgresBinary('postgres'),
  startPrivate: async () => {
    const server = await startPostgres();
    return { url: server.url, stop: () => server.stop() };
  },
};

/** @returns {Promise<string | undefined>} the server's version; nothing when none lets us in there */
export async function probePostgres(url) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_BOUND_MS,
    query_timeout: PROBE_BOUND_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('show server_version');
    return rows[0].server_version.split(' ')[0];
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A program of the newest version that is installed, or of the folder in `POSTGRES_BIN`. */
export function postgresBinary(name) {
  const given = process.env['POSTGRES_BIN'];
  if (given !== undefined) return join(given, name);
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = versions.toSorted((one, other) => Number(other) - Number(one));
  return firstBinary(
    [name],
    newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
  );
}

/**
 * A PostgreSQL server of the caller's own, on 127.0.0.1, with one empty database and a user that needs no password. It ends with this
 * process, or before.
 *
 * @param {{ settings?: Readonly<Record<string, string>>, hba?: string, initdb?: readonly string[] }} [options] `settings`: lines of
 * postgresql.conf; `hba`: lines of pg_hba.conf that come before the one that lets everybody in; `initdb`: more of its command line
 */
export async function startPostgres(options = {}) {
  const binary = postgresBinary('postgres');
  if (binary === undefined) throw new Error(postgresBroker.mend);
  const port = await freePort();
  const folder = temporaryFolder('postgres');
  const data = join(folder.path, 'data');
  const account = unprivilegedAccount();
  if (account !== undefined) chownSync(folder.path, account.uid, account.gid);
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '-N',
    ...(options.initdb ?? []),
  ];
  const made = spawnSync(postgresBinary('initdb'), initdb, { ...account, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const { settings = {}, hba } = options;
  if (hba !== undefined) {
    const file = join(data, 'pg_hba.conf');
    writeFileSync(file, `${hba}\n${readFileSync(file, 'utf8')}`);
  }
  const lines = { port, listen_addresses: '127.0.0.1', unix_socket_directories: folder.path, ...settings };
  const flags = Object.entries(lines).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const server = new ChildServer({
    command: binary,
    args: ['-D', data, ...flags],
    account,
    // A fast end: connections of tests that have failed must not hold it up.
    endSignal: 'SIGINT',
    isUp: async () => (await probePostgres(url)) !== undefined,
  });
  await server.start().catch((error) => {
    folder.dispose();
    throw error;
  });
  return {
    url,
    port,
    folder: folder.path,
    logOf: () => server.output,
    pid: () => server.pid,
    /** Stops every process of it in the middle of whatever it does: connections stay open and nobody answers. */
    freeze: () => signalAll(server.pid, 'SIGSTOP'),
    thaw: () => signalAll(server.pid, 'SIGCONT'),
    /** Lets no file of it grow beyond so many bytes, as a disk that is full would; nothing: as large as it likes. */
    limitFiles: (bytes) => processesOf(server.pid).forEach((pid) => limitFiles(pid, bytes, account)),
    /** A crash: all of it is gone, its data is what was on disk. */
    kill: () => server.end('SIGQUIT'),
    /** Starts it again where it was, on the same data. */
    start: () => server.start(),
    /** Ends it as an operator would, and starts it again. */
    restart: async () => {
      await server.stop();
      await server.start();
    },
    stop: async () => {
      signalAll(server.pid, 'SIGCONT');
      await server.stop();
      folder.dispose();
    },
  };
}

function signalAll(server, signal) {
  for (const pid of processesOf(server)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Of one process, and of those that it starts. Whoever it runs as may lower what it may do, and raise it again; others may not. */
function limitFiles(pid, bytes = 'unlimited', account) {
  const limit = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], {
    ...account,
    encoding: 'utf8',
  });
  if (limit.error !== undefined) throw limit.error;
  if (limit.status !== 0 && isThere(pid)) throw new Error(`prlimit failed: ${limit.stderr}`);
}

function isThere(pid) {
  return existsSync(`/proc/${pid}`);
}

/** The server is one process a connection, and some more. The first is the one that starts the others. */
function processesOf(parent) {
  if (parent === undefined) return [];
  const ps = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent)], { encoding: 'utf8' });
  if (ps.error !== undefined) throw ps.error;
  return [parent, ...ps.stdout.split('\n').map(Number).filter(Boolean)];
}
