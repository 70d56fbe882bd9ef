/**
 * Finds or starts a server for each broker, and names it in the environment of everything that is run afterwards.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<{ servers: Map<string, { version: string, where: string }>, failures: string[], stop: () => Promise<void> }>}
 */
export async function startTestServers(say = console.log) {
  // Not before the packages are installed that they are reached with.
  const { findServer } = await import('../../test/servers/find-server.mjs');
  const { postgresBroker } = await import('../../test/servers/postgres.mjs');
  const { rabbitMqBroker } = await import('../../test/servers/rabbitmq.mjs');
  const { redisBroker } = await import('../../test/servers/redis.mjs');
  const servers = new Map();
  const failures = [];
  const stops = [];
  for (const broker of [redisBroker, postgresBroker, rabbitMqBroker]) {
    try {
      const { url, version, where, stop } = await findServer(broker, say);
      process.env[broker.environment] = url;
      servers.set(broker.name, { version, where });
      stops.push(stop);
      say(`   ${broker.name} ${version} (${where})`);
    } catch (error) {
      failures.push(`${broker.name}: ${error.message}`);
      say(`   ${error.message}`);
    }
  }
  return { servers, failures, stop: async () => void (await Promise.all(stops.map((stop) => stop()))) };
}
