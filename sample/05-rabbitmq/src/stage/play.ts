import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { DeadLetterQueue, type Job, TaskManager } from 'nestjs-tasks';
import { Mailer } from '../notifications/mailer.js';
import { SignupService } from '../notifications/signup.service.js';
import { type Expected, faultsOf } from './faults.js';
import type { ForeignShop } from './foreign-shop.js';

const USERS = Array.from({ length: 60 }, (_, at) => `user${at + 1}@example.com`);
const ORDERS = Array.from({ length: 10 }, (_, at) => `${1_001 + at}`);
const REMIND_AFTER = 750;
const BOUND = 30_000;

/** Has notifications sent by everybody who may ask for them, and holds what was sent against that. @returns what is wrong */
export async function play(
  app: INestApplicationContext,
  shop: ForeignShop,
  say: (line: string) => void,
): Promise<string[]> {
  const signup = app.get(SignupService, { strict: false });
  const expected: Expected[] = [];
  const expect = (subject: string, recipients: readonly string[], notBefore?: number): void =>
    void expected.push(...recipients.map((to) => ({ to, subject, notBefore })));

  // Everybody presses the button twice.
  const twice = await Promise.all([...USERS, ...USERS].map((to) => signup.register(to)));
  const welcomes = new Map(twice.map((job) => [job.id, job]));
  expect('Welcome', USERS);
  say(`registered  ${USERS.length} users, each twice: ${welcomes.size} jobs`);

  const reminded = USERS.slice(0, 10);
  expect('Reminder', reminded, Date.now() + REMIND_AFTER);
  const reminders = await Promise.all(reminded.map((to) => signup.remind(to, REMIND_AFTER)));
  const news = await signup.announce(USERS);
  expect('News', USERS);
  const ids = await Promise.all(ORDERS.map((order, at) => shop.confirmOrder(order, USERS[at] as string)));
  ORDERS.forEach((order, at) => expect(`Order ${order}`, [USERS[at] as string]));
  say(`published   ${ids.length} jobs by a program that knows RabbitMQ alone`);

  const orders = await Promise.all(ids.map((id) => jobOf(app.get(TaskManager), id)));
  const all = [...welcomes.values(), ...news, ...orders, ...reminders];
  await Promise.all(all.map((job) => job.result({ timeout: BOUND })));
  say(`sent        ${all.length} messages; some mailboxes were busy at first`);

  const faults = await bury(app, shop, say);
  expect('Welcome', ['ada@example.com']);
  return [...faults, ...faultsOf(app.get(Mailer, { strict: false }).sent, expected)];
}

/** One with a wrong address: a dead letter for the app, and for those who look at the broker; corrected, it is sent. */
async function bury(
  app: INestApplicationContext,
  shop: ForeignShop,
  say: (line: string) => void,
): Promise<string[]> {
  const job = await app.get(SignupService, { strict: false }).register('ada-at-example.com');
  await job.result({ timeout: BOUND }).catch(() => undefined);
  const deadLetters = app.get(DeadLetterQueue);
  const [record] = await deadLetters.list();
  const atBroker = await shop.reasonOfDeadLetter(BOUND);
  say(`dead        ${record?.error.message ?? 'nothing'}; at the broker: ${atBroker ?? 'nothing'}`);
  const corrected = { to: 'ada@example.com', subject: 'Welcome' };
  const again = await deadLetters.retry(job.id, { payload: corrected });
  await again?.result({ timeout: BOUND });
  say('replayed    the dead letter, corrected');
  const isSame = record?.error.message === atBroker && record?.job.id === job.id;
  return isSame
    ? []
    : [`the store's dead letter says ${record?.error.message}, the one at the broker ${atBroker}`];
}

/** The job of somebody else's message: the app hears of it when the broker delivers it. */
async function jobOf(manager: TaskManager, id: string): Promise<Job> {
  for (const deadline = Date.now() + BOUND; Date.now() < deadline; await sleep(20)) {
    const job = await manager.get(id, 'notifications');
    if (job !== undefined) return job;
  }
  throw new Error(`Nobody received ${id}.`);
}
