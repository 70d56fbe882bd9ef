import {
  type CanActivate,
  Controller,
  Inject,
  Injectable,
  Module,
  Scope,
  UseGuards,
  UseInterceptors,
  type NestInterceptor,
} from '@nestjs/common';
import {
  type ContextId,
  ContextIdFactory,
  type ContextIdStrategy,
  type HostComponentInfo,
  ModuleRef,
  REQUEST,
} from '@nestjs/core';
import {
  InjectJobContext,
  JOB_CONTEXT,
  jobContextId,
  Task,
  type TaskCallHandler,
  type TaskContext,
  type TaskExecutionContext,
  TasksModule,
} from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

/** Who the job is of, as its headers say. */
@Injectable({ scope: Scope.REQUEST })
class Tenant {
  constructor(@InjectJobContext() readonly ctx: TaskContext) {}
  get name() {
    return this.ctx.headers['tenant'];
  }
}

const runAs = async (app: Parameters<typeof queueOf>[0], tenant: string, task = 'task') =>
  (await queueOf(app).enqueue(task, undefined, { headers: { tenant } })).result();

describe('A request-scoped handler', () => {
  it('is made for each run, with the context of its job', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      readonly number = ++made;
      constructor(private readonly tenant: Tenant) {}
      @Task('task') work(_: unknown, ctx: TaskContext) {
        return [this.number, this.tenant.name, this.tenant.ctx === ctx];
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Tenant] });
    expect(await runAs(app, 'acme')).toEqual([1, 'acme', true]);
    expect(await runAs(app, 'umbrella')).toEqual([2, 'umbrella', true]);
  });

  it('is made anew for the next attempt of a job', async () => {
    const seen: number[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      constructor(@Inject(JOB_CONTEXT) private readonly ctx: TaskContext) {}
      @Task({ name: 'task', retry: { delay: 0 } }) work() {
        seen.push(this.ctx.attempt);
        if (this.ctx.attempt < 3) throw new Error('again');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    await (await queueOf(app).enqueue('task')).result();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('may be one only by what it depends on, and shares that with all that its run makes', async () => {
    @Injectable()
    class Repository {
      constructor(readonly tenant: Tenant) {}
    }
    @Injectable()
    class Tasks {
      constructor(
        private readonly tenant: Tenant,
        private readonly repository: Repository,
      ) {}
      @Task('task') work() {
        return [this.tenant.name, this.repository.tenant === this.tenant];
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Repository, Tenant] });
    expect(await runAs(app, 'acme')).toEqual(['acme', true]);
  });

  it('may be a controller', async () => {
    @Controller()
    class Tasks {
      constructor(private readonly tenant: Tenant) {}
      @Task('task') work() {
        return this.tenant.name;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot()],
      controllers: [Tasks],
      providers: [Tenant],
    });
    expect(await runAs(app, 'acme')).toBe('acme');
  });

  it('may come out of a factory', async () => {
    class Tasks {
      constructor(private readonly ctx: TaskContext) {}
      @Task('task') work() {
        return this.ctx.headers['tenant'];
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot()],
      providers: [
        {
          provide: Tasks,
          scope: Scope.REQUEST,
          inject: [REQUEST],
          useFactory: async (ctx: TaskContext) => new Tasks(ctx),
        },
      ],
    });
    expect(await runAs(app, 'acme')).toBe('acme');
  });

  it('that cannot be made fails the run, which is tried again', async () => {
    let tries = 0;
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      constructor() {
        if (++tries < 2) throw new Error('no connection');
      }
      @Task({ name: 'task', retry: { delay: 0 } }) work() {
        return tries;
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    await expect((await queueOf(app).enqueue('task')).result()).resolves.toBe(2);
  });

  it('shares what is made for a run with middleware that asks for it by the context', async () => {
    let ofMiddleware: Tenant | undefined;
    @Injectable()
    class Asks {
      constructor(private readonly moduleRef: ModuleRef) {}
      async intercept(ctx: TaskExecutionContext, next: TaskCallHandler) {
        const id = jobContextId(ctx, this.moduleRef);
        ofMiddleware = await this.moduleRef.resolve(Tenant, id, { strict: false });
        return next.handle();
      }
    }
    let ofHandler: Tenant | undefined;
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      constructor(private readonly tenant: Tenant) {}
      @Task('task') work() {
        ofHandler = this.tenant;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Asks] })],
      providers: [Tasks, Tenant],
    });
    await runAs(app, 'acme');
    expect(ofMiddleware).toBe(ofHandler);
  });
});

describe('A scoped enhancer', () => {
  it('is made for each run, and its task with it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class TenantGuard implements CanActivate {
      constructor(private readonly tenant: Tenant) {}
      canActivate() {
        return this.tenant.name === 'acme';
      }
    }
    @Injectable()
    class Tasks {
      @UseGuards(TenantGuard)
      @Task({ name: 'task', maxRetries: 0 })
      work() {
        return 'let in';
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Tenant] });
    await expect(runAs(app, 'acme')).resolves.toBe('let in');
    await expect(runAs(app, 'umbrella')).rejects.toThrow('refused the job');
  });

  it('that is transient is made once for its task', async () => {
    const used: Counting[] = [];
    @Injectable({ scope: Scope.TRANSIENT })
    class Counting implements NestInterceptor {
      readonly isMade = true;
      intercept: NestInterceptor['intercept'] = (_, next) => {
        used.push(this);
        return next.handle();
      };
    }
    @Injectable()
    class Tasks {
      @UseInterceptors(Counting)
      @Task('task')
      work() {}
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    await runAs(app, 'acme');
    await runAs(app, 'acme');
    expect(used[0]?.isMade).toBe(true);
    expect(used[1]).toBe(used[0]);
  });
});

describe('A transient provider', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Buffer {
    readonly lines: string[] = [];
  }

  it('as a handler is made for each run', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Tasks {
      private calls = 0;
      @Task('task') work() {
        return ++this.calls;
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    expect([await runAs(app, 'acme'), await runAs(app, 'acme')]).toEqual([1, 1]);
  });

  it('that a singleton handler depends on is its own, and stays', async () => {
    @Injectable()
    class First {
      constructor(private readonly buffer: Buffer) {}
      @Task('first') work() {
        return this.buffer.lines.push('first');
      }
    }
    @Injectable()
    class Second {
      constructor(private readonly buffer: Buffer) {}
      @Task('second') work() {
        return this.buffer.lines.push('second');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [First, Second, Buffer] });
    const lengths = [
      await runAs(app, 'acme', 'first'),
      await runAs(app, 'acme', 'first'),
      await runAs(app, 'acme', 'second'),
    ];
    expect(lengths).toEqual([1, 2, 1]);
  });

  it('that a request-scoped handler depends on is made for each run', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      constructor(private readonly buffer: Buffer) {}
      @Task('task') work() {
        return this.buffer.lines.push('line');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Buffer] });
    expect([await runAs(app, 'acme'), await runAs(app, 'acme')]).toEqual([1, 1]);
  });
});

/** One sub-tree for each tenant, by the header that jobs and requests have alike. */
class ByTenant implements ContextIdStrategy<TaskContext> {
  private readonly tenants = new Map<string | undefined, ContextId>();

  attach(contextId: ContextId, { headers }: TaskContext) {
    const tenant = headers['tenant'];
    const known = this.tenants.get(tenant) ?? ContextIdFactory.create();
    this.tenants.set(tenant, known);
    return {
      resolve: ({ isTreeDurable }: HostComponentInfo) => (isTreeDurable ? known : contextId),
      payload: { tenant },
    };
  }
}

function applyStrategy() {
  ContextIdFactory.apply(new ByTenant());
  onTestFinished(() => ContextIdFactory.apply(undefined as never));
}

describe('A durable handler', () => {
  it('is made once for each sub-tree of the strategy, with the payload of the strategy as its request', async () => {
    applyStrategy();
    let made = 0;
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Connection {
      readonly number = ++made;
      constructor(@Inject(REQUEST) readonly request: { readonly tenant: string }) {}
    }
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tasks {
      private calls = 0;
      constructor(private readonly connection: Connection) {}
      @Task('task') work() {
        return [this.connection.number, this.connection.request.tenant, ++this.calls];
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Connection] });
    expect(await runAs(app, 'acme')).toEqual([1, 'acme', 1]);
    expect(await runAs(app, 'umbrella')).toEqual([2, 'umbrella', 1]);
    expect(await runAs(app, 'acme')).toEqual([1, 'acme', 2]);
  });

  it('may serve request-scoped ones, which get the context of their job', async () => {
    applyStrategy();
    let made = 0;
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Connection {
      readonly number = ++made;
      constructor(@Inject(REQUEST) readonly request: { readonly tenant: string }) {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      constructor(
        private readonly connection: Connection,
        private readonly tenant: Tenant,
      ) {}
      @Task('task') work(_: unknown, ctx: TaskContext) {
        return [this.connection.number, this.connection.request.tenant, this.tenant.ctx === ctx];
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Connection, Tenant] });
    expect(await runAs(app, 'acme')).toEqual([1, 'acme', true]);
    expect(await runAs(app, 'acme')).toEqual([1, 'acme', true]);
    expect(await runAs(app, 'umbrella')).toEqual([2, 'umbrella', true]);
  });
});

describe('A durable handler behind middleware that asks for the context first', () => {
  it('has the payload of the strategy as its request all the same', async () => {
    applyStrategy();
    @Injectable()
    class Asks {
      constructor(private readonly moduleRef: ModuleRef) {}
      async intercept(ctx: TaskExecutionContext, next: TaskCallHandler) {
        const tenant = await this.moduleRef.resolve(Tenant, jobContextId(ctx, this.moduleRef), {
          strict: false,
        });
        return [tenant.ctx === ctx, await next.handle()];
      }
    }
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tasks {
      constructor(@Inject(REQUEST) private readonly request: object) {}
      @Task('task') work() {
        return this.request;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Asks] })],
      providers: [Tasks, Tenant],
    });
    expect(await runAs(app, 'acme')).toEqual([true, { tenant: 'acme' }]);
  });

  it('leaves the context of the job to what is made for the run after it', async () => {
    applyStrategy();
    @Injectable()
    class AsksLater {
      constructor(private readonly moduleRef: ModuleRef) {}
      async intercept(ctx: TaskExecutionContext, next: TaskCallHandler) {
        const result = await next.handle();
        const id = jobContextId(ctx, this.moduleRef);
        const tenant = await this.moduleRef.resolve(Tenant, id, { strict: false });
        return [result, tenant.ctx === ctx];
      }
    }
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tasks {
      constructor(@Inject(REQUEST) private readonly request: object) {}
      @Task('task') work() {
        return this.request;
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [AsksLater] })],
      providers: [Tasks, Tenant],
    });
    expect(await runAs(app, 'acme')).toEqual([{ tenant: 'acme' }, true]);
  });
});

describe('A handler whose class two modules have', () => {
  const DATABASE = Symbol('Database');

  it('is made with what the module has that it was found in, not with what the other has', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tasks {
      constructor(@Inject(DATABASE) private readonly database: string) {}
      @Task('task') work() {
        return this.database;
      }
    }
    const provideDatabase = (useValue: string) => ({ provide: DATABASE, useValue });
    @Module({ providers: [provideDatabase('orders')], exports: [DATABASE] })
    class OrdersModule {}
    @Module({ providers: [provideDatabase('invoices')], exports: [DATABASE] })
    class InvoicesModule {}
    const app = await startApp({
      imports: [
        TasksModule.forFeature({ handlers: [Tasks], imports: [OrdersModule] }),
        TasksModule.forFeature({ handlers: [Tasks], imports: [InvoicesModule] }),
        TasksModule.forRoot(),
      ],
    });
    expect(await runAs(app, 'acme')).toBe('orders');
  });
});
