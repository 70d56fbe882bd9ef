import type { INestApplication } from '@nestjs/common';
import { DeadLetterQueue, getQueueToken, type TaskQueue } from 'nestjs-tasks';
import { readExpectations, type Expectations } from './expectations.js';
import { ORDERS_FILE } from './files.js';
import { checkHttp } from './http-check.js';
import { ImportProgress } from './import-progress.js';
import { ImportTally } from './orders/import-tally.js';
import { InvoiceStore } from './orders/invoice-store.js';
import { INVOICE_QUEUE, type InvoiceRequest } from './orders/invoice.tasks.js';
import { MailServer } from './orders/mail-server.js';
import { ORDER_SETTINGS, type OrderSettings } from './orders/order-settings.js';
import { OrderImportService } from './orders/order-import.service.js';
import { replayOne } from './replay.js';
import { SelfCheck } from './self-check.js';

const IMPORT_BOUND_MS = 60_000;

/** The whole show: import, summary, replay, HTTP. @returns whether everything came out as the file demands */
export async function runImport(app: INestApplication): Promise<boolean> {
  const tally = app.get(ImportTally);
  const check = new SelfCheck();
  const { mailLatency } = app.get<OrderSettings>(ORDER_SETTINGS);
  await app.get(InvoiceStore).clear();

  console.log('Importing data/orders.csv, one job a row');
  const started = performance.now();
  const rows = await app.get(OrderImportService).import(ORDERS_FILE);
  const complete = await new ImportProgress(tally, rows).watch(IMPORT_BOUND_MS);
  const seconds = (performance.now() - started) / 1000;
  check.equal('every row ended in time', complete, true);

  console.log(`done        ${tally.done}`);
  console.log(`retried     ${tally.retries} runs that the mail server turned away`);
  console.log(`dead        ${tally.dead}`);
  console.log(`jobs/s      ${Math.round(tally.finished / seconds)}, at ${mailLatency} ms a mail`);
  const expected = await readExpectations(app.get(MailServer));
  check.equal('rows', rows, expected.rows);
  await checkImport(app, expected, check);
  await checkSecondImport(app, expected, check);
  await replayOne(app, check);
  await checkHttp(app, check);
  return check.report();
}

async function checkImport(app: INestApplication, expected: Expectations, check: SelfCheck): Promise<void> {
  const tally = app.get(ImportTally);
  const queue = app.get<TaskQueue>(getQueueToken(INVOICE_QUEUE));
  check.equal('invoices done', tally.done, expected.invoices.length);
  check.equal('retries', tally.retries, expected.retries);
  check.equal('mails taken', app.get(MailServer).delivered, expected.invoices.length);
  check.equal('completed jobs in the queue', await queue.count('completed'), expected.invoices.length);
  check.equal('failed jobs in the queue', await queue.count('failed'), expected.malformed.length);

  const store = app.get(InvoiceStore);
  const files = await store.list();
  check.equal('invoice files', files, expected.invoices);
  const texts = await Promise.all(files.map((file) => store.read(file)));
  const cents = texts.map((text) => Math.round(Number(/^Total: +([\d.]+)/m.exec(text)?.[1]) * 100));
  check.equal('total of the invoices', sum(cents), expected.total);
  await checkDeadLetters(app, expected, check);
}

async function checkDeadLetters(
  app: INestApplication,
  expected: Expectations,
  check: SelfCheck,
): Promise<void> {
  const records = await app.get(DeadLetterQueue).list({ limit: 1_000 });
  const dead = new Map(
    records.map(({ job, error }) => [(job.payload as InvoiceRequest).source, error.message] as const),
  );
  check.equal('dead letters', dead.size, expected.malformed.length);
  const unnamed = expected.malformed.filter(
    ({ line, field }) => !dead.get(`orders.csv:${line}`)?.includes(field),
  );
  check.equal('malformed rows whose dead letter does not name the fault', unnamed, []);
}

/** The idempotency key of each row holds: the same file again is no work at all. */
async function checkSecondImport(
  app: INestApplication,
  expected: Expectations,
  check: SelfCheck,
): Promise<void> {
  const queue = app.get<TaskQueue>(getQueueToken(INVOICE_QUEUE));
  await app.get(OrderImportService).import(ORDERS_FILE);
  check.equal('jobs after a second import', await queue.count(), expected.rows);
  check.equal('mails after a second import', app.get(MailServer).delivered, expected.invoices.length);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0);
