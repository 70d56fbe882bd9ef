import { Injectable, Module } from '@nestjs/common';
import {
  InjectQueue,
  InjectTasks,
  RetryLaterError,
  Task,
  type TaskClient,
  type TaskContext,
  TaskQueue,
} from 'nestjs-tasks';

/** What the tasks of the shop have done, in order. */
@Injectable()
export class Diary {
  readonly lines: string[] = [];
  /** What the next runs of `charge` throw. */
  readonly troubles: Error[] = [];
}

@Injectable()
export class MailTasks {
  constructor(private readonly diary: Diary) {}

  @Task()
  async send(mail: { to: string; at?: Date | string }): Promise<string> {
    this.diary.lines.push(`mail ${mail.to}`);
    return `sent to ${mail.to}`;
  }

  notATask(): void {}
}

@Injectable()
export class OrderTasks {
  constructor(
    private readonly diary: Diary,
    @InjectTasks(MailTasks) private readonly mails: TaskClient<MailTasks>,
  ) {}

  @Task({ queue: 'urgent', maxRetries: 2, retry: { delay: '10s', backoff: 'fixed', jitter: false } })
  async charge(order: { id: string }, { attempt }: TaskContext): Promise<string> {
    this.diary.lines.push(`charge ${order.id}`);
    const trouble = this.diary.troubles.shift();
    if (trouble !== undefined) throw trouble;
    return `${order.id} at attempt ${attempt}`;
  }

  @Task()
  async confirm(to: string): Promise<string> {
    const mail = await this.mails.send.delay({ to });
    this.diary.lines.push(`confirmed ${to}`);
    return mail.id;
  }

  @Task({ timeout: '30s' })
  async hang(): Promise<void> {
    await new Promise(() => undefined);
  }

  @Task({ queue: 'narrow' })
  async wait(name: string): Promise<void> {
    this.diary.lines.push(`wait ${name}`);
  }

  @Task({ maxRetries: 5 })
  async poll(): Promise<void> {
    this.diary.lines.push('poll');
    throw new RetryLaterError('5m');
  }
}

@Injectable()
export class Shop {
  constructor(
    @InjectTasks(MailTasks) readonly mails: TaskClient<MailTasks>,
    @InjectTasks(OrderTasks) readonly orders: TaskClient<OrderTasks>,
    @InjectQueue() readonly queue: TaskQueue,
  ) {}
}

@Module({ providers: [Diary, MailTasks, OrderTasks, Shop] })
export class ShopModule {}
