import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectTasks, Task, type TaskClient, TasksModule } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';

/** An app as its author writes it, compiled and run outside of the repository: as ES modules and as CommonJS. */
@Injectable()
class Mailer {
  send(to: string): string {
    return `sent to ${to}`;
  }
}

@Injectable()
class EmailTasks {
  constructor(private readonly mailer: Mailer) {}

  @Task({ name: 'welcome', delay: '1 day' })
  async welcome({ to }: { to: string }): Promise<string> {
    return this.mailer.send(to);
  }
}

@Injectable()
class SignupService {
  constructor(@InjectTasks(EmailTasks) private readonly emails: TaskClient<EmailTasks>) {}

  register(to: string) {
    return this.emails.welcome.delay({ to });
  }
}

const clock = new ManualClock();

@Module({ imports: [TasksModule.forRoot({ clock })], providers: [Mailer, EmailTasks, SignupService] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  const job = await app.get(SignupService).register('ada@example.com');
  await clock.advance(24 * 60 * 60 * 1_000);
  console.log(await job.result());
  await app.close();
}

void main();
