/* The process under test: an app as anybody would write it, that writes down what happens to its jobs. It is told by a plan what to do. */
import 'reflect-metadata';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Global,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Background,
  BackgroundTaskManager,
  InjectTasks,
  QueueRegistry,
  ScheduledWorker,
  Task,
  type TaskClient,
  type TaskContext,
  TaskError,
  TasksModule,
  UnrecoverableError,
} from 'nestjs-tasks';
import type { AppPlan, Entry, JobSpec } from './journal.js';

const plan = JSON.parse(process.env['SHUTDOWN_PLAN'] ?? '{}') as AppPlan;
const journal = openSync(plan.journal, 'a');
const note = (entry: Entry): void => void writeSync(journal, `${JSON.stringify(entry)}\n`);
/** To the process that sends the signals. */
const tell = (word: string): void => void writeSync(1, `${word}\n`);

/** The pools that are closed already. */
const closed: string[] = [];
function poolModule(name: string) {
  @Injectable()
  class Pool implements OnModuleInit, OnModuleDestroy {
    onModuleInit() {
      return sleep(5);
    }
    onModuleDestroy() {
      closed.push(name);
      note({ is: 'closed', pool: name });
    }
  }
  @Module({ providers: [Pool] })
  class PoolModule {}
  Object.defineProperty(PoolModule, 'name', { value: `${name}Module` });
  return PoolModule;
}
const GlobalPool = poolModule('global');
Global()(GlobalPool);

@Injectable()
class Tidier {
  constructor(private readonly background: BackgroundTaskManager) {}

  @Background() async tidy(work: string, ms: number): Promise<void> {
    note({ is: 'begun', work });
    await sleep(ms, undefined, { signal: this.background.signal }).catch(() => undefined);
    note({ is: 'done', work, closed });
  }
}

@Injectable()
class Beats extends ScheduledWorker {
  override readonly interval = 7;
  async runCycle(): Promise<void> {
    const work = `cycle ${this.cycles}`;
    note({ is: 'begun', work });
    await sleep(3);
    note({ is: 'done', work, closed });
  }
}

@Injectable()
class Work {
  private runs = 0;
  constructor(
    @InjectTasks(Work) private readonly own: TaskClient<Work>,
    private readonly tidier: Tidier,
  ) {}

  @Task({ maxRetries: 2, retry: { delay: 20, jitter: false } })
  async work(spec: JobSpec, ctx: TaskContext): Promise<string> {
    const run = { job: ctx.job.id, run: `${process.pid}:${++this.runs}` };
    if (this.runs === 1) tell('working');
    note({ is: 'started', ...run, closed });
    ctx.signal.addEventListener('abort', () => note({ is: 'aborted', ...run }));
    let ok = false;
    try {
      await this.perform(spec, ctx);
      ok = true;
    } finally {
      note({ is: 'ended', ...run, ok, closed });
    }
    return 'done';
  }

  private async perform({ kind, ms }: JobSpec, ctx: TaskContext): Promise<void> {
    await sleep(ms, undefined, kind === 'deaf' ? {} : { signal: ctx.signal });
    if (kind === 'failing') throw new UnrecoverableError('as planned');
    if (kind === 'flaky' && ctx.attempt === 1) throw new Error('as planned');
    if (kind === 'tidy') void this.tidier.tidy(`tidy ${ctx.job.id}`, ms * 10);
    if (kind === 'parent') {
      const child = await this.own.work.delay({ at: 0, kind: 'quick', ms: 1 });
      note({ is: 'accepted', job: child.id });
    }
  }
}

/** Enqueues by the plan until the end, as requests would, and then says what the store has of each job. */
@Injectable()
class Ledger implements OnApplicationShutdown {
  private readonly calls = new Set<Promise<void>>();
  private isOver = false;
  constructor(
    @InjectTasks(Work) private readonly work: TaskClient<Work>,
    private readonly queues: QueueRegistry,
  ) {}

  begin(): void {
    for (const spec of plan.jobs) {
      setTimeout(() => {
        if (this.isOver) return;
        const call: Promise<void> = this.enqueue(spec).finally(() => this.calls.delete(call));
        this.calls.add(call);
      }, spec.at);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.calls);
    let cursor: string | undefined;
    do {
      const page = await this.queues
        .get()
        .jobs({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) });
      for (const { id, status } of page.items) note({ is: 'left', job: id, status });
      ({ cursor } = page);
    } while (cursor !== undefined);
    note({ is: 'listed' });
  }

  private async enqueue(spec: JobSpec): Promise<void> {
    try {
      const job = await this.work.work.delay(spec, spec.delay === undefined ? {} : { delay: spec.delay });
      note({ is: 'accepted', job: job.id });
    } catch (error) {
      note({ is: 'refused', code: error instanceof TaskError ? error.code : String(error) });
    }
  }
}

@Module({
  imports: [poolModule('before'), TasksModule.forRoot(plan.options), poolModule('after'), GlobalPool],
  providers: [Tidier, Beats, Work, Ledger],
})
class AppModule {}

process.on('exit', () => note({ is: 'exit' }));
const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: plan.useProcessExit });
app.get(Ledger).begin();
tell('up');
await app.listen(0);
