import { Injectable } from '@nestjs/common';
import { Task, type TaskContext } from 'nestjs-tasks';
import { type Email, emailSchema, type Receipt } from './email.js';
import { Mailer } from './mailer.js';

@Injectable()
export class NotificationTasks {
  constructor(private readonly mailer: Mailer) {}

  /** Moved by RabbitMQ, as its queue says; retries, results and dead letters are those of any other task. */
  @Task({
    name: 'send-email',
    queue: 'notifications',
    schema: emailSchema,
    maxRetries: 3,
    retry: { delay: 100 },
  })
  async sendEmail(email: Email, ctx: TaskContext): Promise<Receipt> {
    return this.mailer.send(email, ctx.attempt);
  }
}
