import { Injectable, Module, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  InjectJobContext,
  InjectQueue,
  jobContextId,
  Task,
  type TaskCallHandler,
  type TaskExecutionContext,
  type TaskMiddleware,
  type TaskMiddlewareHooks,
  TaskMetricsCollector,
  type TaskContext,
  TaskQueue,
  TaskRegistrationError,
  TasksModule,
  UseTaskMiddleware,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Trace {
  readonly lines: string[] = [];
}

@Injectable()
class Tracing implements TaskMiddleware {
  constructor(readonly trace: Trace) {}

  async intercept(_: TaskExecutionContext, next: TaskCallHandler) {
    this.trace.lines.push(`> ${this.constructor.name}`);
    const result = await next.handle();
    this.trace.lines.push(`< ${this.constructor.name}`);
    return result;
  }
}
@Injectable()
class Global extends Tracing {}
@Injectable()
class SecondGlobal extends Tracing {}
@Injectable()
class OfQueue extends Tracing {}
@Injectable()
class OfClass extends Tracing {}
@Injectable()
class OfMethod extends Tracing {}

@UseTaskMiddleware(OfClass)
@Injectable()
class Tasks {
  constructor(private readonly trace: Trace) {}

  @UseTaskMiddleware(OfMethod)
  @Task()
  run(payload: string) {
    this.trace.lines.push(`run ${payload}`);
    return payload;
  }

  @Task() plain() {
    return 'plain';
  }
}

const options = {
  middleware: [Global, SecondGlobal],
  queues: [{ name: 'traced', middleware: [OfQueue] }],
};
const shell = (name: string) => [`> ${name}`, `< ${name}`];

@Injectable({ scope: Scope.REQUEST })
class OfOneJob {
  constructor(@InjectJobContext() private readonly ctx: TaskContext) {}
  get tenant() {
    return this.ctx.headers['tenant'];
  }
}

function scopedClass(scope: Scope) {
  @Injectable({ scope })
  class Scoped implements TaskMiddlewareHooks {
    beforeTask() {}
  }
  return Scoped;
}

function dependentClass() {
  @Injectable()
  class Dependent implements TaskMiddlewareHooks {
    constructor(readonly ofOneJob: OfOneJob) {}
    beforeTask() {}
  }
  return Dependent;
}

describe('Middleware in an application', () => {
  it('goes from global over queue and class to method, the first named outermost', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot(options)], providers: [Trace, Tasks] });
    const job = await queueOf(app, 'traced').enqueue('run', 'x');
    await job.result();
    const names = ['Global', 'SecondGlobal', 'OfQueue', 'OfClass', 'OfMethod'];
    expect(app.get(Trace).lines).toEqual([
      ...names.map((name) => `> ${name}`),
      'run x',
      ...names.toReversed().map((name) => `< ${name}`),
    ]);
  });

  it('leaves out what belongs to another queue or method', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot(options)], providers: [Trace, Tasks] });
    const job = await queueOf(app).enqueue('plain');
    await job.result();
    expect(app.get(Trace).lines.filter((line) => line.startsWith('>'))).toEqual([
      '> Global',
      '> SecondGlobal',
      '> OfClass',
    ]);
  });

  it('is made once, with injection, wherever it is named', async () => {
    let made = 0;
    @Injectable()
    class Counted implements TaskMiddlewareHooks {
      constructor(readonly trace: Trace) {
        made++;
      }
      beforeTask() {
        this.trace.lines.push('counted');
      }
    }
    @UseTaskMiddleware(Counted)
    @Injectable()
    class Twice {
      @UseTaskMiddleware(Counted)
      @Task()
      run() {}
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Counted] })],
      providers: [Trace, Twice],
    });
    const job = await queueOf(app).enqueue('run');
    await job.result();
    expect(made).toBe(1);
    expect(app.get(Trace).lines).toEqual(['counted', 'counted', 'counted']);
  });

  it('is the provider where the app has one', async () => {
    @Injectable()
    class Provided implements TaskMiddlewareHooks {
      readonly seen: string[] = [];
      beforeTask(ctx: TaskExecutionContext) {
        this.seen.push(ctx.job.name);
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Provided] })],
      providers: [Trace, Tasks, Provided],
    });
    const job = await queueOf(app).enqueue('plain');
    await job.result();
    expect(app.get(Provided).seen).toEqual(['plain']);
  });

  it('of a task gets what its own module has', async () => {
    @Injectable()
    class Private {
      readonly word = 'private';
    }
    @Injectable()
    class NeedsPrivate implements TaskMiddleware {
      constructor(private readonly own: Private) {}
      async intercept(_: TaskExecutionContext, next: TaskCallHandler) {
        return `${this.own.word}: ${String(await next.handle())}`;
      }
    }
    @Injectable()
    class Guarded {
      @UseTaskMiddleware(NeedsPrivate)
      @Task()
      run() {
        return 'done';
      }
    }
    @Module({ providers: [Private, Guarded] })
    class GuardedModule {}
    const app = await startApp({ imports: [GuardedModule, TasksModule.forRoot()] });
    const job = await queueOf(app).enqueue('run');
    await expect(job.result()).resolves.toBe('private: done');
  });

  it('that cannot be made is an error at boot that names it and where it was tried', async () => {
    const start = startApp({ imports: [TasksModule.forRoot({ middleware: [Global] })] });
    await expect(start).rejects.toThrow(TaskRegistrationError);
    await expect(start).rejects.toThrow(/Middleware Global cannot be made in RootTestModule/);
  });

  it('that is scoped is an error at boot', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped implements TaskMiddlewareHooks {
      beforeTask() {}
    }
    const start = startApp({ imports: [TasksModule.forRoot({ middleware: [Scoped] })], providers: [Scoped] });
    await expect(start).rejects.toThrow(/Middleware Scoped .* scoped provider/);
  });

  it.each([
    ['has a scope itself', () => scopedClass(Scope.REQUEST)],
    ['is transient', () => scopedClass(Scope.TRANSIENT)],
    ['depends on what has one', () => dependentClass()],
  ])('that no module provides and %s is an error at boot that says what to do', async (_, make) => {
    const imports = [TasksModule.forRoot({ middleware: [make()] })];
    const start = startApp({ imports, providers: [OfOneJob] });
    await expect(start).rejects.toThrow(TaskRegistrationError);
    await expect(start).rejects.toThrow(/^Middleware \w+ cannot be made in RootTestModule: .*scoped/);
    await expect(start).rejects.toThrow(/Make it a singleton .*jobContextId\(ctx, moduleRef\)/);
  });

  it('that is a singleton gets what belongs to one job by its context', async () => {
    @Injectable()
    class Resolving implements TaskMiddleware {
      constructor(private readonly modules: ModuleRef) {}
      async intercept(ctx: TaskExecutionContext, next: TaskCallHandler) {
        const id = jobContextId(ctx, this.modules);
        const { tenant } = await this.modules.resolve(OfOneJob, id, { strict: false });
        return `${tenant}: ${String(await next.handle())}`;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Resolving] })],
      providers: [OfOneJob, Trace, Tasks],
    });
    const calls = ['acme', 'globex'].map((tenant) =>
      queueOf(app).enqueue('plain', undefined, { headers: { tenant } }),
    );
    const results = (await Promise.all(calls)).map((job) => job.result());
    expect(await Promise.all(results)).toEqual(['acme: plain', 'globex: plain']);
  });

  it('can change the result, and fail the run', async () => {
    @Injectable()
    class Censor implements TaskMiddleware {
      async intercept(ctx: TaskExecutionContext, next: TaskCallHandler) {
        if (ctx.payload === 'forbidden') throw new Error('censored');
        return `censored ${String(await next.handle())}`;
      }
    }
    @Injectable()
    class Speech {
      constructor(@InjectQueue() readonly queue: TaskQueue) {}
      @Task({ maxRetries: 0 }) say(text: string) {
        return text;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Censor] })],
      providers: [Speech],
    });
    const { queue } = app.get(Speech);
    await expect((await queue.enqueue('say', 'hello')).result()).resolves.toBe('censored hello');
    await expect((await queue.enqueue('say', 'forbidden')).result()).rejects.toThrow('censored');
  });

  it('that is built in counts runs by task', async () => {
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Trace, Tasks] });
    const job = await queueOf(app).enqueue('run', 'x');
    await job.result();
    expect(app.get(TaskMetricsCollector).get('run')).toMatchObject({ runs: 1, completed: 1, failed: 0 });
    expect(app.get(Trace).lines).toEqual([
      ...shell('OfClass').slice(0, 1),
      '> OfMethod',
      'run x',
      '< OfMethod',
      '< OfClass',
    ]);
  });
});

describe('Headers of a call', () => {
  it('reach middleware and handler, in a second run as in the first', async () => {
    const seen: string[] = [];
    @Injectable()
    class Tenants implements TaskMiddlewareHooks {
      beforeTask(ctx: TaskExecutionContext) {
        seen.push(`middleware ${ctx.headers['tenant']}`);
      }
    }
    @Injectable()
    class Reports {
      @Task({ maxRetries: 1, retry: { delay: 0 } })
      build(_payload: undefined, ctx: TaskContext) {
        seen.push(`run ${ctx.attempt} ${ctx.headers['tenant']}`);
        if (ctx.attempt === 1) throw new Error('once more');
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Tenants], logging: 'none' })],
      providers: [Reports],
    });
    const job = await queueOf(app).enqueue('build', undefined, { headers: { tenant: 'acme' } });
    await job.result();
    expect(seen).toEqual(['middleware acme', 'run 1 acme', 'middleware acme', 'run 2 acme']);
  });
});
