import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { InjectQueue, TaskQueue } from 'nestjs-tasks';
import { INVOICE_QUEUE, SEND_INVOICE, type InvoiceRequest } from './invoice.tasks.js';
import { readOrders } from './order-csv.js';

/** Rows that travel to the queue together. */
const CHUNK = 100;

@Injectable()
export class OrderImportService {
  constructor(@InjectQueue(INVOICE_QUEUE) private readonly invoices: TaskQueue) {}

  /**
   * Enqueues a job for every row of an order file, wrong rows too: they end as dead letters, where they can be seen
   * and mended. The key makes a second import of the same file harmless.
   * @returns how many rows there were
   */
  async import(file: string): Promise<number> {
    let rows = 0;
    let chunk: InvoiceRequest[] = [];
    for await (const { line, order } of readOrders(file)) {
      rows += 1;
      chunk.push({ source: `${basename(file)}:${line}`, order });
      if (chunk.length < CHUNK) continue;
      await this.enqueue(chunk);
      chunk = [];
    }
    await this.enqueue(chunk);
    return rows;
  }

  private async enqueue(requests: readonly InvoiceRequest[]): Promise<void> {
    if (requests.length === 0) return;
    await this.invoices.enqueueMany(
      requests.map((payload) => ({ name: SEND_INVOICE, payload, idempotencyKey: payload.source })),
    );
  }
}
