import { Injectable } from '@nestjs/common';
import { Task, UnrecoverableError, type TaskContext } from 'nestjs-tasks';
import { InvoiceStore } from './invoice-store.js';
import { MailServer, MailServerError } from './mail-server.js';
import { faultsOf, orderSchema, totalCents, type OrderDraft } from './order.js';

export const INVOICE_QUEUE = 'invoices';
export const SEND_INVOICE = 'send-invoice';

export interface InvoiceRequest {
  /** Where the order came from, for whoever reads the dead letters. */
  readonly source: string;
  readonly order: OrderDraft;
}

export interface InvoiceReceipt {
  readonly orderId: string;
  readonly file: string;
  readonly totalCents: number;
  readonly sentTo: string;
}

/** The same however often an order is tried: a mail server drops the second message with one id. */
export const messageIdOf = (orderId: string): string => `<${orderId}@shop.example>`;

@Injectable()
export class InvoiceTasks {
  constructor(
    private readonly invoices: InvoiceStore,
    private readonly mailServer: MailServer,
  ) {}

  /** Writes an order's invoice and mails it. Safe to run again: the same file, and a message id that stays. */
  @Task({
    name: SEND_INVOICE,
    queue: INVOICE_QUEUE,
    maxRetries: 3,
    timeout: '10s',
    retry: {
      delay: '40ms',
      maxDelay: '400ms',
      shouldRetry: (error) => !(error instanceof MailServerError && error.isPermanent),
    },
  })
  async send({ source, order: draft }: InvoiceRequest, ctx: TaskContext): Promise<InvoiceReceipt> {
    const parsed = orderSchema.safeParse(draft);
    // Trying again cannot mend a malformed order: it goes to the dead letters at once, for a person to correct.
    if (!parsed.success) throw new UnrecoverableError(`${source}: ${faultsOf(parsed.error)}`);
    const order = parsed.data;

    const file = await this.invoices.write(order, ctx.fence);
    await ctx.progress(1, 2, 'written');
    const messageId = messageIdOf(order.orderId);
    const body = await this.invoices.read(file);
    await this.mailServer.send(
      { messageId, to: order.email, subject: `Invoice ${order.orderId}`, body },
      { signal: ctx.signal },
    );
    return { orderId: order.orderId, file, totalCents: totalCents(order), sentTo: order.email };
  }
}
