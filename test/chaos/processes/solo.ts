import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueRegistry } from 'nestjs-tasks';
import { chaosModule, startApp } from './chaos-app.js';
import { ChaosTasks } from './chaos-tasks.js';
import { Journal } from './journal.js';
import { answerParent, leaveParent } from './parent.js';
import { Production } from './production.js';
import { QUEUE, readSettings } from './settings.js';

/** A process that has its database in itself: it enqueues and runs jobs. Told to stop, it ends once all of them are finished. */
async function main(): Promise<void> {
  const settings = readSettings();
  const { backends, worker } = settings;
  const journal = new Journal(settings.journal);
  const app = await startApp(
    chaosModule(backends, worker, [ChaosTasks, { provide: Journal, useValue: journal }]),
  );
  const tasks = app.get(ChaosTasks);
  await app.init();
  const queue = app.get(QueueRegistry).get(QUEUE);
  const production = new Production(queue, journal, settings);
  answerParent(
    () => ({ accepted: production.accepted, done: tasks.done }),
    () => production.stop(),
  );
  await production.run();
  for (let left = 1; left > 0; await sleep(100)) {
    const { pending, scheduled, running, retrying } = await queue.counts();
    left = pending + scheduled + running + retrying;
  }
  await app.close();
  leaveParent();
}

void main();
