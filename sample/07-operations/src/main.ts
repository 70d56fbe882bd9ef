import { randomUUID } from 'node:crypto';
import { CommandLine } from './stage/command-line.js';
import { backendsOf, findBrokers, STANDARD_PORTS } from './stage/find-brokers.js';
import { play } from './stage/play.js';
import { Relay } from './stage/relay.js';
import { ShopProcess } from './stage/shop-process.js';

async function main(): Promise<boolean> {
  const { brokers, missing } = await findBrokers(process.env);
  for (const { type, url } of brokers) console.log(`${type.padEnd(12)}at ${new URL(url).host}`);
  for (const type of missing)
    console.log(`${type.padEnd(12)}nobody answers: its lane is on the first broker`);

  // One that keeps its own state: without it nothing but itself is down.
  const cut = brokers.findLast(({ type }) => type !== 'rabbitmq') ?? brokers[0];
  if (cut === undefined) throw new Error('There is no broker.');
  const relay = await Relay.before(cut.url, STANDARD_PORTS[cut.type]);
  const shared = { TASKS__LOGGING: 'none' };
  const direct = { ...shared, SHOP_BACKENDS: JSON.stringify(backendsOf(brokers)) };
  const overRelay = {
    ...shared,
    SHOP_BACKENDS: JSON.stringify(backendsOf(brokers, { [cut.type]: relay.url })),
  };
  const shop = new ShopProcess(overRelay, randomUUID());
  // What waits for it fails, and so all is cleaned up.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => shop.kill());
  try {
    await shop.untilServed();
    console.log(`shop        process ${shop.pid}`);
    return await play({
      shop,
      cli: new CommandLine(direct),
      overRelay: new CommandLine(overRelay),
      broker: cut.type,
      relay,
    });
  } finally {
    shop.kill();
    await shop.ended();
    await relay.cut();
    await Promise.all(brokers.map((broker) => broker.drop()));
  }
}

process.exitCode = await main().then(
  (good) => (good ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  },
);
