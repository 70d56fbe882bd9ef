import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DeadLetterQueue, TaskEvents, TaskManager } from 'nestjs-tasks';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from '../../sample/01-quick-start/src/app.module.js';
import { EXAMPLE_ORDER } from '../../sample/01-quick-start/src/example-order.js';
import { InvoiceStore } from '../../sample/01-quick-start/src/orders/invoice-store.js';
import { SEND_INVOICE, messageIdOf } from '../../sample/01-quick-start/src/orders/invoice.tasks.js';
import { MailServer } from '../../sample/01-quick-start/src/orders/mail-server.js';
import { readOrders } from '../../sample/01-quick-start/src/orders/order-csv.js';

const DATA = fileURLToPath(new URL('../../sample/01-quick-start/data/', import.meta.url));

describe('the app of sample 01', () => {
  let folder: string;
  let app: INestApplication;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-01-'));
    const module = await Test.createTestingModule({
      imports: [AppModule.register({ outDir: folder, mailLatency: 0 })],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.init();
  });

  afterEach(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  const http = () => request(app.getHttpServer() as Parameters<typeof request>[0]);
  const invoiceOf = (order: object) => app.get(TaskManager).enqueue(SEND_INVOICE, { source: 'test', order });

  it('accepts an order with 202, and tells its state and result later', async () => {
    const accepted = await http().post('/orders').send(EXAMPLE_ORDER).expect(202);
    const { jobId, href } = accepted.body as { jobId: string; href: string };
    await (await app.get(TaskManager).get(jobId))?.result();
    const seen = await http().get(href).expect(200);
    expect(seen.body).toMatchObject({
      id: jobId,
      state: 'completed',
      result: { orderId: 'OR-900001', totalCents: 1_980, sentTo: 'ada@mail.example' },
    });
  });

  it('refuses an order that is none, and says why', async () => {
    const refused = await http()
      .post('/orders')
      .send({ ...EXAMPLE_ORDER, currency: 'XXX' })
      .expect(400);
    expect((refused.body as { message: string }).message).toContain('currency');
  });

  it('knows no job that it never had, and no id that cannot be one', async () => {
    await http().get('/jobs/0198c0de-0000-7000-8000-000000000000').expect(404);
    const refused = await http().get('/jobs/%00').expect(400);
    expect(refused.body).toMatchObject({ code: 'TASKS_INVALID_NAME' });
  });

  it('writes an invoice that adds up', async () => {
    const job = await invoiceOf(EXAMPLE_ORDER);
    await job.result();
    expect(await app.get(InvoiceStore).list()).toEqual(['OR-900001.txt']);
    expect(await app.get(InvoiceStore).read('OR-900001.txt')).toContain('Total:  19.80 EUR');
  });

  it('sends a message once, however often the mail server turns it away', async () => {
    const mailServer = app.get(MailServer);
    const orderId = Array.from({ length: 999 }, (_, at) => `OR-800${String(at).padStart(3, '0')}`).find(
      (id) => mailServer.refusalsFor(messageIdOf(id)) === 2,
    );
    const retries: number[] = [];
    app.get(TaskEvents).on('retrying', ({ attempt }) => retries.push(attempt));
    const job = await invoiceOf({ ...EXAMPLE_ORDER, orderId });
    await job.result();
    expect(retries).toEqual([1, 2]);
    expect(mailServer.delivered).toBe(1);
  });

  it('leaves a malformed order as a dead letter at once, and sends it when it is corrected', async () => {
    const job = await invoiceOf({ ...EXAMPLE_ORDER, email: '' });
    await expect(job.result()).rejects.toMatchObject({ code: 'TASKS_EXECUTION' });
    const deadLetters = app.get(DeadLetterQueue);
    const [record] = await deadLetters.list();
    expect(record).toMatchObject({
      attempts: 1,
      error: { message: expect.stringContaining('test: email:') },
    });
    const again = await deadLetters.retry(job.id, { payload: { source: 'test', order: EXAMPLE_ORDER } });
    expect(await again?.result()).toMatchObject({ sentTo: 'ada@mail.example' });
    expect(await deadLetters.count()).toBe(0);
  });
});

describe('the orders of sample 01', () => {
  it('are what their generator writes, to the byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orders-'));
    await promisify(execFile)(process.execPath, [join(DATA, 'generate-orders.mjs'), folder]);
    for (const file of ['orders.csv', 'malformed.json']) {
      expect(await readFile(join(folder, file), 'utf8')).toBe(await readFile(join(DATA, file), 'utf8'));
    }
    await rm(folder, { recursive: true });
  });

  it('are read row by row, with the line that each stands on', async () => {
    const lines: number[] = [];
    for await (const { line } of readOrders(join(DATA, 'orders.csv'))) lines.push(line);
    expect(lines).toEqual(Array.from({ length: 1_200 }, (_, at) => at + 2));
  });

  it('that are not there are an error of the reader, not of the process', async () => {
    const rows = readOrders(join(DATA, 'no-such-file.csv'));
    await expect(rows.next()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
