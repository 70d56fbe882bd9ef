import type { INestApplication } from '@nestjs/common';
import { DeadLetterQueue } from 'nestjs-tasks';
import { InvoiceStore } from './orders/invoice-store.js';
import type { InvoiceReceipt, InvoiceRequest } from './orders/invoice.tasks.js';
import type { SelfCheck } from './self-check.js';

/** Takes the first order without an e-mail address from the dead letters, fills the address in and sends it again. */
export async function replayOne(app: INestApplication, check: SelfCheck): Promise<void> {
  const deadLetters = app.get(DeadLetterQueue);
  const before = await deadLetters.list({ limit: 1_000 });
  const record = before.find(({ job }) => (job.payload as InvoiceRequest).order.email === '');
  check.equal('a dead letter without an e-mail address', record !== undefined, true);
  if (record === undefined) return;

  const { source, order } = record.job.payload as InvoiceRequest;
  const corrected: InvoiceRequest = { source, order: { ...order, email: 'accounts@customer.example' } };
  const job = await deadLetters.retry(record.job.id, { payload: corrected });
  const receipt = (await job?.result({ timeout: '10s' })) as InvoiceReceipt | undefined;
  console.log(`replayed    1 (${source}, its e-mail address filled in)`);

  const file = `${order.orderId}.txt`;
  check.equal('the receipt of the replayed order', receipt?.sentTo, 'accounts@customer.example');
  check.equal('its invoice is on disk', (await app.get(InvoiceStore).list()).includes(file), true);
  check.equal('dead letters left', await deadLetters.count(), before.length - 1);
}
