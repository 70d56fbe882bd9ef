import { Injectable, Module } from '@nestjs/common';
import { Task, TasksModule, type TasksModuleOptions, type TaskPayload } from 'nestjs-tasks';
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
      queues: [{ name: 'mails', maxSize: 20 }],
      ...(JSON.parse(process.env['SHOP'] ?? '{}') as TasksModuleOptions),
    }),
  ],
  providers: [Mailer, MailTasks, GreetCommand],
})
export class ShopModule {}
