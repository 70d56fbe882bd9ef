import 'reflect-metadata';
import './skewed-clock.js';
import { QueueRegistry, WorkerPool } from 'nestjs-tasks';
import { chaosModule, startApp } from './chaos-app.js';
import { ChaosTasks } from './chaos-tasks.js';
import { Journal } from './journal.js';
import { answerParent, leaveParent } from './parent.js';
import { Production } from './production.js';
import { type Order, QUEUE, readSettings } from './settings.js';

/** A process that runs jobs, and enqueues a few, until it is asked to stop, or worse. SIGTERM drains it, as in production. */
async function main(): Promise<void> {
  const settings = readSettings();
  const { backends, worker, limits } = settings;
  const journal = new Journal(settings.journal);
  const providers = [ChaosTasks, { provide: Journal, useValue: journal }];
  const app = await startApp(chaosModule(backends, worker, providers, limits));
  app.enableShutdownHooks();
  const tasks = app.get(ChaosTasks);
  const pool = app.get(WorkerPool);
  const production = new Production(app.get(QueueRegistry).get(QUEUE), journal, settings);
  process.once('SIGTERM', () => production.stop());
  const stop = async (): Promise<void> => {
    production.stop();
    await app.close();
    leaveParent();
  };
  await app.init();
  let isResting = false;
  void production.run().then(() => (isResting = true));
  const orders: Record<Order, () => void> = {
    stop: () => void stop(),
    quit: () => void pool.stop({ drain: false }),
    rest: () => production.stop(),
  };
  answerParent(
    () => ({ accepted: production.accepted, done: tasks.done, isResting }),
    (order) => orders[order](),
  );
}

void main();
