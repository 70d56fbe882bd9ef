import { Redis } from 'ioredis';
import { ChildServer, freePort, temporaryFolder } from './child-server.mjs';
import { firstBinary } from './binaries.mjs';

const PROBE_BOUND_MS = 2_000;

/** How the tests come by a Redis server: see find-server.mjs. */
export const redisBroker = {
  name: 'redis',
  environment: 'REDIS_URL',
  localUrl: 'redis://127.0.0.1:6379',
  packages: ['redis-server'],
  service: 'redis',
  serviceUrl: 'redis://127.0.0.1:6379',
  mend: 'Start a Redis 7.0 or Valkey 7.2 server and set REDIS_URL=redis://host:6379, or install the package: apt-get install redis-server',
  probe: probeRedis,
  binary: redisBinary,
  startPrivate: async () => {
    const server = await startRedis();
    return { url: server.url, stop: () => server.stop() };
  },
};

/** @returns {Promise<string | undefined>} the server's version; nothing when none answers there */
export async function probeRedis(url, options = {}) {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: PROBE_BOUND_MS,
    commandTimeout: PROBE_BOUND_MS,
    ...options,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info('server');
    return (
      /^(?:valkey_version):(\S+)/m.exec(info)?.[1] ?? /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'
    );
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}

/** The server's program: `REDIS_SERVER` in the environment, else what is installed. */
export function redisBinary() {
  return process.env['REDIS_SERVER'] ?? firstBinary(['redis-server', 'valkey-server']);
}

/**
 * A Redis server of the caller's own, on 127.0.0.1, with nothing in it. It ends with this process, or before.
 *
 * @param {{ port?: number, persistence?: 'none' | 'everysec' | 'always', args?: readonly string[], url?: string, clientOptions?: object }} [options]
 * `persistence`: of the append-only file, default none; `args`: more of the command line; `url` and `clientOptions`: how it is
 * asked whether it is up, where the plain port is not it
 */
export async function startRedis(options = {}) {
  const binary = redisBinary();
  if (binary === undefined) throw new Error(redisBroker.mend);
  const port = options.port ?? (await freePort());
  const url = options.url ?? `redis://127.0.0.1:${port}`;
  const folder = temporaryFolder('redis');
  const { persistence = 'none', args = [], clientOptions } = options;
  const server = new ChildServer({
    command: binary,
    args: [
      ...(args.includes('--port') ? [] : ['--port', String(port)]),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder.path,
      '--save',
      '',
      '--enable-debug-command',
      'yes',
      ...(persistence === 'none'
        ? ['--appendonly', 'no']
        : ['--appendonly', 'yes', '--appendfsync', persistence]),
      ...args,
    ],
    isUp: async () => (await probeRedis(url, clientOptions)) !== undefined,
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
    /** Freezes it: connections stay open, nobody answers. */
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    /** A crash: it is gone, its data is what was on disk. */
    kill: () => server.kill(),
    /** Starts it again where it was, on the same data. */
    start: () => server.start(),
    /** Ends it as an operator would, and starts it again. */
    restart: async () => {
      await server.stop();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      folder.dispose();
    },
  };
}
