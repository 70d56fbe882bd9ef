import type { startRabbitMq } from '../../test/servers/rabbitmq.mjs';

interface ServerModule {
  startRabbitMq: typeof startRabbitMq;
}

/** A RabbitMQ server that serves one run of the benchmark alone. It ends with this process. */
export async function privateServer(): ReturnType<typeof startRabbitMq> {
  // From bench/dist/rabbitmq: the module is not compiled with the benchmarks.
  const module = new URL('../../../test/servers/rabbitmq.mjs', import.meta.url);
  return ((await import(module.href)) as ServerModule).startRabbitMq();
}
