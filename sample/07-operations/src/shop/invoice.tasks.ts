import { Injectable } from '@nestjs/common';
import { InjectTasks, Task, type TaskClient, type TaskPayload } from 'nestjs-tasks';
import { MailTasks } from './mail.tasks.js';
import { Mail } from './order.js';

/** The second lane. */
@Injectable()
export class InvoiceTasks {
  constructor(@InjectTasks(MailTasks) private readonly mails: TaskClient<MailTasks>) {}

  @Task({ name: 'bill', queue: 'invoices', schema: Mail })
  async bill(bill: TaskPayload<typeof Mail>): Promise<void> {
    await this.mails.mail.delay(bill);
  }
}
