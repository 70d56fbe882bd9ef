import { Injectable } from '@nestjs/common';
import { UnrecoverableError } from 'nestjs-tasks';
import type { Email, Receipt } from './email.js';

/** Stands for a mail server, which turns some messages away at first, and those without an address for good. */
@Injectable()
export class Mailer {
  readonly sent: Receipt[] = [];

  send(email: Email, attempt: number): Receipt {
    if (!email.to.includes('@')) throw new UnrecoverableError(`"${email.to}" is no address.`);
    if (attempt === 1 && isBusy(email)) throw new Error(`450 The mailbox ${email.to} is busy.`);
    const receipt = { ...email, attempt, at: Date.now() };
    this.sent.push(receipt);
    return receipt;
  }
}

/** A seventh of the mailboxes. */
const isBusy = ({ to }: Email): boolean => Number(/\d+/.exec(to)?.[0] ?? 1) % 7 === 0;
