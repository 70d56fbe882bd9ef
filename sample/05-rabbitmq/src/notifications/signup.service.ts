import { Injectable } from '@nestjs/common';
import {
  type Duration,
  InjectQueue,
  InjectTasks,
  type Job,
  type TaskClient,
  type TaskQueue,
} from 'nestjs-tasks';
import { NotificationTasks } from './notification.tasks.js';

@Injectable()
export class SignupService {
  constructor(
    @InjectTasks(NotificationTasks) private readonly tasks: TaskClient<NotificationTasks>,
    @InjectQueue('notifications') private readonly notifications: TaskQueue,
  ) {}

  /** However often somebody presses the button, there is one message: the store knows the key. */
  register(to: string): Promise<Job> {
    return this.tasks.sendEmail.delay({ to, subject: 'Welcome' }, { idempotencyKey: `welcome:${to}` });
  }

  /** Due to the millisecond: the store keeps it until then. */
  remind(to: string, delay: Duration): Promise<Job> {
    return this.tasks.sendEmail.delay({ to, subject: 'Reminder' }, { delay });
  }

  /** Many at once, by name. */
  announce(recipients: readonly string[]): Promise<Job[]> {
    return this.notifications.enqueueMany(
      recipients.map((to) => ({ name: 'send-email', payload: { to, subject: 'News' } })),
    );
  }
}
