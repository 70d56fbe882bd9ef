import { Task } from '../../../lib/decorators/index.js';
import type { TaskContext } from '../../../lib/contract/index.js';

export interface Email {
  readonly to: string;
}

/** A class of tasks as an app has it. */
export class EmailTasks {
  @Task({ name: 'send-email', queue: 'urgent', priority: 7, maxRetries: 1 })
  async send(email: Email, _ctx: TaskContext): Promise<{ sentAt: Date }> {
    return { sentAt: new Date(email.to.length) };
  }

  @Task()
  digest(): number {
    return 1;
  }

  /** No task. */
  helper(): string {
    return 'helped';
  }

  onModuleInit(): void {}
}
