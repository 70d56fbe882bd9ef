import type { startRedis } from '../../test/servers/redis.mjs';

interface ServerModule {
  startRedis: typeof startRedis;
}

/** A Redis server without persistence that serves one run of the benchmark alone. It ends with this process. */
export async function privateServer(): ReturnType<typeof startRedis> {
  // From bench/dist/redis: the module is not compiled with the benchmarks.
  const module = new URL('../../../test/servers/redis.mjs', import.meta.url);
  return ((await import(module.href)) as ServerModule).startRedis();
}
