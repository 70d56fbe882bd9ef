import 'reflect-metadata';
import './skewed-clock.js';
import { QueueRegistry } from 'nestjs-tasks';
import { chaosModule, startApp } from './chaos-app.js';
import { Journal } from './journal.js';
import { answerParent, leaveParent } from './parent.js';
import { Production } from './production.js';
import { QUEUE, readSettings } from './settings.js';

/** A process that enqueues until it is asked to stop, or worse. */
async function main(): Promise<void> {
  const settings = readSettings();
  const { backends, worker, journal, limits } = settings;
  const app = await startApp(chaosModule(backends, { ...worker, autoStart: false }, [], limits));
  await app.init();
  const production = new Production(app.get(QueueRegistry).get(QUEUE), new Journal(journal), settings);
  answerParent(
    () => ({ accepted: production.accepted, done: 0 }),
    () => production.stop(),
  );
  await production.run();
  await app.close();
  leaveParent();
}

void main();
