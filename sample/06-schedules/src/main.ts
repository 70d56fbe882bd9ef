import { NestFactory } from '@nestjs/core';
import { getQueueToken, type TaskQueue } from 'nestjs-tasks';
import { dropStore } from './stage/drop-store.js';
import { findStore } from './stage/find-store.js';
import { play } from './stage/play.js';

async function main(): Promise<boolean> {
  const store = findStore(process.env);
  const { url, variables } = store;
  console.log(`store       ${new URL(url).protocol.slice(0, -1)} on ${new URL(url).host}`);
  Object.assign(process.env, variables, { TASKS__ROLE: 'producer', TASKS__SCHEDULER__ENABLED: 'false' });
  const { AppModule } = await import('./app.module.js');
  const watcher = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const queue = watcher.get<TaskQueue>(getQueueToken(), { strict: false });
  try {
    return await play(queue, { ...variables, TASKS__ROLE: 'both', TASKS__SCHEDULER__ENABLED: 'true' });
  } finally {
    await watcher.close();
    await dropStore(store);
  }
}

process.exitCode = await main().then(
  (good) => (good ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  },
);
