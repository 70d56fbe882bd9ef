import { Injectable } from '@nestjs/common';
import { Task, type TaskPayload, UnrecoverableError } from 'nestjs-tasks';
import { Mail } from './order.js';

/** The last lane: an address that nobody has makes a dead letter. */
@Injectable()
export class MailTasks {
  @Task({ name: 'mail', queue: 'mails', schema: Mail })
  async mail({ to }: TaskPayload<typeof Mail>): Promise<void> {
    if (to.startsWith('nobody@')) throw new UnrecoverableError(`nobody reads ${to}`);
  }
}
