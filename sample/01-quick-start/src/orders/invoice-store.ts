import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { ORDER_SETTINGS, type OrderSettings } from './order-settings.js';
import { totalCents, type Order } from './order.js';

/** The invoices, a text file each. */
@Injectable()
export class InvoiceStore {
  constructor(@Inject(ORDER_SETTINGS) private readonly settings: OrderSettings) {}

  /**
   * Writes an order's invoice. Doing it again gives the same file, so a job that runs twice does no harm; the rename
   * makes sure that nobody ever sees half a file.
   * @returns the file's name
   */
  async write(order: Order, runKey: string): Promise<string> {
    const file = `${order.orderId}.txt`;
    const draft = join(this.settings.outDir, `.${order.orderId}.${runKey}`);
    await writeFile(draft, render(order));
    await rename(draft, join(this.settings.outDir, file));
    return file;
  }

  async clear(): Promise<void> {
    await rm(this.settings.outDir, { recursive: true, force: true });
    await mkdir(this.settings.outDir, { recursive: true });
  }

  /** File names, sorted. */
  async list(): Promise<string[]> {
    return (await readdir(this.settings.outDir)).toSorted();
  }

  async read(file: string): Promise<string> {
    return readFile(join(this.settings.outDir, file), 'utf8');
  }
}

function render(order: Order): string {
  return [
    `INVOICE ${order.orderId}`,
    `Date:   ${order.orderedAt}`,
    `To:     ${order.customer} <${order.email}>`,
    `Item:   ${order.quantity} × ${order.sku} at ${order.unitPrice.toFixed(2)} ${order.currency}`,
    `Total:  ${(totalCents(order) / 100).toFixed(2)} ${order.currency}`,
    '',
  ].join('\n');
}
