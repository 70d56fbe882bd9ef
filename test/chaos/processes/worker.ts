import 'reflect-metadata';
import './skewed-clock.js';
import { WorkerPool } from 'nestjs-tasks';
import { chaosModule, startApp } from './chaos-app.js';
import { ChaosTasks } from './chaos-tasks.js';
import { Journal } from './journal.js';
import { answerParent, leaveParent } from './parent.js';
import { readSettings } from './settings.js';

/** A process that runs jobs until it is asked to stop, or worse. SIGTERM drains it, as in production. */
async function main(): Promise<void> {
  const { journal, backends, worker, limits } = readSettings();
  const providers = [ChaosTasks, { provide: Journal, useValue: new Journal(journal) }];
  const app = await startApp(chaosModule(backends, worker, providers, limits));
  app.enableShutdownHooks();
  const tasks = app.get(ChaosTasks);
  const pool = app.get(WorkerPool);
  const stop = async (): Promise<void> => {
    await app.close();
    leaveParent();
  };
  await app.init();
  answerParent(
    () => ({ accepted: 0, done: tasks.done }),
    (order) => void (order === 'stop' ? stop() : pool.stop({ drain: false })),
  );
}

void main();
