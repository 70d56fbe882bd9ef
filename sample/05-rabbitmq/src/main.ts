import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { dropAll } from './stage/drop-all.js';
import { findServers } from './stage/find-servers.js';
import { ForeignShop } from './stage/foreign-shop.js';
import { play } from './stage/play.js';

async function main(): Promise<boolean> {
  const { settings, stop } = await findServers(process.env);
  console.log(`moved by    RabbitMQ on ${new URL(settings.amqp).host}`);
  console.log(`kept by     ${settings.store.type} on ${new URL(settings.store.url).host}`);
  const app = await NestFactory.createApplicationContext(AppModule.with(settings), { logger: ['error'] });
  const shop = await ForeignShop.open(settings.amqp, settings.prefix);
  try {
    const faults = await play(app, shop, (line) => console.log(line));
    for (const fault of faults) console.error(`  differs: ${fault}`);
    console.log(faults.length === 0 ? 'self-check  every message was sent once' : 'self-check  FAILED');
    return faults.length === 0;
  } finally {
    await shop.close();
    await app.close();
    await dropAll(settings);
    await stop();
  }
}

process.exitCode = await main().then(
  (good) => (good ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  },
);
