import { Injectable, Module } from '@nestjs/common';
import { CurrentTask, Task, type TaskContext, TaskError, TasksModule } from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Audit {
  readonly notes: string[] = [];
  constructor(private readonly current: CurrentTask) {}

  async note(what: string) {
    await Promise.resolve();
    this.notes.push(`${what} in ${this.current.context?.job.name ?? 'no job'}`);
  }

  require() {
    return this.current.require();
  }
}
@Module({ providers: [Audit], exports: [Audit] })
class AuditModule {}

@Injectable()
class Orders {
  constructor(private readonly audit: Audit) {}
  async ship(id: string) {
    await this.audit.note(`shipped ${id}`);
    return this.audit.require().job.id;
  }
}

@Injectable()
class OrderTasks {
  readonly bothRun = new Gate();
  private running = 0;
  constructor(private readonly orders: Orders) {}

  @Task()
  async ship(id: string, ctx: TaskContext) {
    if (++this.running === 2) this.bothRun.open();
    await this.bothRun.opened;
    return (await this.orders.ship(id)) === ctx.job.id;
  }
}

describe('CurrentTask', () => {
  it('is the context of the job, in services that the handler calls, also with several jobs at once', async () => {
    const app = await startApp({
      imports: [AuditModule, TasksModule.forRoot()],
      providers: [Orders, OrderTasks],
    });
    const queue = queueOf(app);
    const jobs = await queue.enqueueMany([
      { name: 'ship', payload: 'a' },
      { name: 'ship', payload: 'b' },
    ]);
    await expect(Promise.all(jobs.map((job) => job.result()))).resolves.toEqual([true, true]);
    expect(app.get(Audit).notes.toSorted()).toEqual(['shipped a in ship', 'shipped b in ship']);
  });

  it('is nothing outside of a job, and says so where it is required', async () => {
    const app = await startApp({ imports: [AuditModule, TasksModule.forRoot()] });
    await app.get(Audit).note('called');
    expect(app.get(Audit).notes).toEqual(['called in no job']);
    expect(() => app.get(Audit).require()).toThrow(TaskError);
  });

  it('costs an app nothing that does not inject it', async () => {
    let carried: boolean | undefined;
    const current: CurrentTask[] = [];
    @Injectable()
    class Plain {
      @Task() look() {
        carried = current[0]?.context !== undefined;
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Plain] });
    const queue = queueOf(app);
    await (await queue.enqueue('look')).result();
    expect(carried).toBe(false);
    current.push(await app.resolve(CurrentTask));
    await (await queue.enqueue('look')).result();
    expect(carried).toBe(true);
  });
});
