import { Injectable } from '@nestjs/common';
import { Task, type TaskContext, UnrecoverableError } from 'nestjs-tasks';

/** Work of each kind: what completes, what is tried again, what becomes a dead letter. */
@Injectable()
export class SampleWork {
  @Task({ name: 'greet' })
  async greet(name: string): Promise<string> {
    return `Hello, ${name}`;
  }

  @Task({ name: 'shaky', retry: { delay: '1ms', jitter: false } })
  async shaky(_: unknown, ctx: TaskContext): Promise<string> {
    if (ctx.attempt === 1) throw new Error('the first attempt fails');
    return 'done';
  }

  @Task({ name: 'doomed' })
  async doomed(): Promise<void> {
    throw new UnrecoverableError('it never works');
  }
}
