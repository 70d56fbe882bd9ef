import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppProcess } from './stage/app-process.js';
import { dropKeys, findRedis } from './stage/find-redis.js';
import { play } from './stage/play.js';

async function main(): Promise<boolean> {
  const redis = await findRedis();
  console.log(`redis       ${redis.where}`);
  const prefix = `sample-03:${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'sample-03-'));
  const ledger = join(folder, 'ledger.jsonl');
  await writeFile(ledger, '');

  const shared = {
    LEDGER: ledger,
    PORT: '0',
    TASKS__BACKEND__URL: redis.url,
    TASKS__BACKEND__OPTIONS__PREFIX: prefix,
    TASKS__LOGGING: 'none',
  };
  const worker = {
    ...shared,
    TASKS__ROLE: 'worker',
    TASKS__WORKER__WORKER_COUNT: '1',
    TASKS__WORKER__MAX_CONCURRENT_TASKS: '4',
    TASKS__WORKER__LEASE: '1s',
  };
  const api = new AppProcess({ ...shared, TASKS__ROLE: 'producer' });
  const workers = [new AppProcess(worker), new AppProcess(worker)];
  const processes = [api, ...workers];
  const killAll = async (): Promise<void> => void (await Promise.all(processes.map((one) => one.kill())));
  // What waits for them fails, and so all is cleaned up.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void killAll());
  try {
    const [url] = await Promise.all([api.url, ...workers.map((one) => one.url)]);
    return await play({ url, api, workers, ledger });
  } finally {
    await killAll();
    console.log(`cleaned up  ${await dropKeys(redis.url, prefix)} keys`);
    await redis.stop();
    await rm(folder, { recursive: true });
  }
}

process.exitCode = await main().then(
  (good) => (good ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  },
);
