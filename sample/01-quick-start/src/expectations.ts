import { readFile } from 'node:fs/promises';
import { MALFORMED_FILE, ORDERS_FILE } from './files.js';
import { messageIdOf } from './orders/invoice.tasks.js';
import type { MailServer } from './orders/mail-server.js';
import { readOrders } from './orders/order-csv.js';

interface Malformed {
  readonly line: number;
  /** The field that the error must name. */
  readonly field: string;
}

/** What the order file must lead to, worked out from the file alone and without running a job. */
export interface Expectations {
  readonly rows: number;
  readonly malformed: readonly Malformed[];
  /** File names, sorted. */
  readonly invoices: readonly string[];
  /** Runs that the mail server turns away. */
  readonly retries: number;
  /** Cents over all invoices. */
  readonly total: number;
}

export async function readExpectations(mailServer: MailServer): Promise<Expectations> {
  const malformed = JSON.parse(await readFile(MALFORMED_FILE, 'utf8')) as Malformed[];
  const spoiled = new Set(malformed.map(({ line }) => line));
  const invoices: string[] = [];
  let rows = 0;
  let retries = 0;
  let total = 0;
  for await (const { line, order } of readOrders(ORDERS_FILE)) {
    rows += 1;
    if (spoiled.has(line)) continue;
    invoices.push(`${order.orderId}.txt`);
    retries += mailServer.refusalsFor(messageIdOf(String(order.orderId)));
    total += Math.round(Number(order.unitPrice) * 100) * Number(order.quantity);
  }
  return { rows, malformed, invoices: invoices.toSorted(), retries, total };
}
