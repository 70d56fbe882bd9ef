import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { play } from './play.js';
import { EmbeddedDatabase, ServerDatabase } from './database.js';

async function main(): Promise<boolean> {
  const url = process.env['DATABASE_URL'];
  const database = url === undefined ? new EmbeddedDatabase() : new ServerDatabase(url);
  console.log(`database    ${url === undefined ? 'PGlite, in this process' : 'DATABASE_URL'}`);
  const app = await NestFactory.createApplicationContext(AppModule.on(database), { logger: ['error'] });
  try {
    const faults = await play(app, database, (line) => console.log(line));
    for (const fault of faults) console.error(`wrong       ${fault}`);
    if (faults.length === 0) console.log('all good    every transfer that was committed was booked once');
    return faults.length === 0;
  } finally {
    await app.close();
    await database.close();
  }
}

process.exitCode = await main().then(
  (good) => (good ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  },
);
