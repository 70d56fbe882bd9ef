import { NestFactory } from '@nestjs/core';
import { TaskScheduler } from 'nestjs-tasks';
import { AppModule } from './app.module.js';

/** One process of the app. It tells its parent when it begins and ends to lead. */
const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
const scheduler = app.get(TaskScheduler);
scheduler.events.subscribe((event) => {
  if (event.type === 'leader') process.send?.({ leading: event.leading });
});
process.send?.({ leading: scheduler.status().leading });
