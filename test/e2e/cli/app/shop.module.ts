import { Injectable, Module } from '@nestjs/common';
import { Task, TasksModule, type TaskPayload } from 'nestjs-tasks';
import { z } from 'zod';
import { GreetCommand } from './greet.command.js';
import { Mailer } from '@shop/mailer.js';

const Email = z.object({ to: z.email() });

@Injectable()
export class MailTasks {
  constructor(private readonly mailer: Mailer) {}

  @Task({ name: 'send-email', queue: 'mails', maxRetries: 0, schema: Email })
  send({ to }: TaskPayload<typeof Email>): string {
    return this.mailer.send(to);
  }
}

/** An app as anybody has one: where its broker is, the environment says. */
@Module({
  imports: [
    TasksModule.forRoot({
      backend: {
        url: process.env['SHOP_BROKER'],
        options: JSON.parse(process.env['SHOP_OPTIONS'] ?? '{}') as Record<string, unknown>,
      },
      queues: [{ name: 'mails', maxSize: 20 }],
    }),
  ],
  providers: [Mailer, MailTasks, GreetCommand],
})
export class ShopModule {}
