import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const LOCAL = 'redis://127.0.0.1:6379';
const PROGRAMS = ['redis-server', 'valkey-server'];
const PROBE_BOUND_MS = 2_000;
const START_BOUND_MS = 10_000;
const MEND =
  'Set REDIS_URL=redis://host:6379 to a Redis 7.0 or Valkey 7.2 server, or install one: apt-get install redis-server';

export interface FoundRedis {
  readonly url: string;
  /** How it was found. */
  readonly where: string;
  readonly stop: () => Promise<void>;
}

/** The server at `REDIS_URL`, else the one on the standard port of this machine, else one that is started for this run. */
export async function findRedis(): Promise<FoundRedis> {
  const given = process.env['REDIS_URL'];
  if (given) {
    if (await answers(given)) return { url: given, where: 'REDIS_URL', stop: async () => {} };
    throw new Error(`No Redis answers at REDIS_URL. ${MEND}`);
  }
  if (await answers(LOCAL)) return { url: LOCAL, where: LOCAL, stop: async () => {} };
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (program === undefined) throw new Error(`There is no Redis here. ${MEND}`);
  return startRedis(program);
}

/** Removes every key that begins with the prefix. @returns how many there were */
export async function dropKeys(url: string, prefix: string): Promise<number> {
  const client = new Redis(url);
  let dropped = 0;
  try {
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      const names = keys as string[];
      if (names.length > 0) dropped += await client.unlink(...names);
    }
  } finally {
    client.disconnect();
  }
  return dropped;
}

async function startRedis(program: string): Promise<FoundRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'sample-03-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(program, args, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  process.once('exit', () => child.kill('SIGKILL'));
  for (const deadline = Date.now() + START_BOUND_MS; Date.now() < deadline; await sleep(25)) {
    if (await answers(url)) return { url, where: `${program}, started for this run`, stop };
  }
  await stop();
  throw new Error(`${program} did not start. ${MEND}`);
}

async function answers(url: string): Promise<boolean> {
  const bounds = { connectTimeout: PROBE_BOUND_MS, commandTimeout: PROBE_BOUND_MS };
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, ...bounds });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
