import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type ModuleMetadata, Scope } from '@nestjs/common';
import {
  DeadLetterQueue,
  InjectTasks,
  StorageCarrier,
  Task,
  type TaskCallHandler,
  type TaskClient,
  type TaskContext,
  type TaskContextCarrier,
  TaskContextCarriers,
  TaskContextError,
  type TaskExecutionContext,
  type TaskMiddleware,
  TasksModule,
  type TasksModuleOptions,
  UnrecoverableError,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { rejection } from '../unit/rejection.js';
import { Gate } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

interface Request {
  readonly tenant: string;
  readonly user?: string;
}

/** One for each test: what one leaves behind must not help another. */
const storages = () => ({
  requests: new AsyncLocalStorage<Request>(),
  other: new AsyncLocalStorage<string>(),
});
type Storages = ReturnType<typeof storages>;

@Injectable()
class Notes {
  readonly seen: (Request | undefined)[] = [];
  readonly others: unknown[] = [];
  storages: Storages | undefined;
  note(): Request | undefined {
    const { requests, other } = this.storages as Storages;
    this.seen.push(requests.getStore());
    this.others.push(other.getStore());
    return requests.getStore();
  }
}

@Injectable()
class Orders {
  failures = 0;
  readonly gate = new Gate();
  constructor(
    private readonly notes: Notes,
    @InjectTasks(Orders) private readonly orders: TaskClient<Orders>,
  ) {}

  @Task() async look(): Promise<Request | null> {
    await Promise.resolve();
    return this.notes.note() ?? null;
  }
  @Task({ maxRetries: 2, retry: { delay: 1, jitter: false } }) async flaky(): Promise<void> {
    this.notes.note();
    if (++this.failures < 3) throw new Error('not yet');
  }
  @Task() async parent(): Promise<string> {
    const child = await this.orders.look.delay();
    return child.id;
  }
  @Task() async wait(): Promise<string | undefined> {
    const before = this.notes.note()?.tenant;
    await this.gate.opened;
    return this.notes.note()?.tenant === before ? before : 'another one';
  }
}

const startWith = async (options: TasksModuleOptions, metadata: ModuleMetadata = {}) => {
  const kept = storages();
  const app = await startApp({
    ...metadata,
    imports: [TasksModule.forRoot(options), ...(metadata.imports ?? [])],
    providers: [Notes, Orders, ...(metadata.providers ?? [])],
  });
  app.get(Notes).storages = kept;
  return { app, notes: app.get(Notes), queue: queueOf(app), ...kept };
};

/** An app that carries the tenant and the user of its requests. */
const start = async (options: TasksModuleOptions = {}) => {
  const { requests, other } = storages();
  const carriers = [new StorageCarrier(requests, ['tenant', 'user'])];
  const stage = await startWith({ ...options, context: { carriers, ...options.context } });
  stage.notes.storages = { requests, other };
  return { ...stage, requests, other };
};

describe('Values of an AsyncLocalStorage that the app names', () => {
  it('are there when the job runs, whoever runs beside it', async () => {
    const { app, queue, requests } = await start();
    const enqueue = (tenant: string) => requests.run({ tenant, user: 'ada' }, () => queue.enqueue('wait'));
    const jobs = await Promise.all([enqueue('acme'), enqueue('umbrella'), queue.enqueue('wait')]);
    app.get(Orders).gate.open();
    const results = await Promise.all(jobs.map((job) => job.result()));
    expect(results).toEqual(['acme', 'umbrella', undefined]);
  });

  it('travel from every way of enqueueing', async () => {
    const { app, queue, notes, requests } = await start();
    const client = app.get<TaskClient<Orders>>(Orders)['orders' as never] as TaskClient<Orders>;
    const jobs = await requests.run({ tenant: 'acme' }, async () => [
      await queue.enqueue('look'),
      ...(await queue.enqueueMany([{ name: 'look' }, { name: 'look' }])),
      await client.look.delay(),
      await client.look.delay(undefined, { delay: 5 }),
    ]);
    await Promise.all(jobs.map((job) => job.result()));
    expect(notes.seen).toEqual(Array.from({ length: 5 }, () => ({ tenant: 'acme' })));
  });

  it('are there at every attempt', async () => {
    const { queue, notes, requests } = await start();
    const job = await requests.run({ tenant: 'acme' }, () => queue.enqueue('flaky'));
    await job.result();
    expect(notes.seen).toEqual(Array.from({ length: 3 }, () => ({ tenant: 'acme' })));
  });

  it('flow on to the jobs that a handler enqueues', async () => {
    const { queue, requests } = await start();
    const parent = await requests.run({ tenant: 'acme', user: 'ada' }, () => queue.enqueue('parent'));
    const child = await queue.get((await parent.result()) as string);
    await expect(child?.result()).resolves.toEqual({ tenant: 'acme', user: 'ada' });
  });

  it('are nowhere in a job that was enqueued without them, whatever ran before it', async () => {
    const { queue, notes, requests, other } = await start({
      worker: { workerCount: 1, maxConcurrentTasks: 1 },
    });
    for (const tenant of ['acme', undefined, 'umbrella', undefined]) {
      const enqueue = async () => (await queue.enqueue('look')).result();
      await other.run('a request of somebody', () =>
        tenant === undefined ? enqueue() : requests.run({ tenant }, enqueue),
      );
    }
    expect(notes.seen).toEqual([{ tenant: 'acme' }, undefined, { tenant: 'umbrella' }, undefined]);
    // A storage that the app does not name is carried nowhere, and leaks nowhere.
    expect(notes.others).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('are headers of the job, and headers that the call gives itself go before', async () => {
    const { queue, requests } = await start({ worker: { autoStart: false } });
    await requests.run({ tenant: 'acme', user: 'ada' }, () =>
      queue.enqueue('look', undefined, { headers: { tenant: 'umbrella', colour: 'red' } }),
    );
    const job = await queue.dequeue();
    expect(job?.headers).toEqual({ tenant: 'umbrella', user: 'ada', colour: 'red' });
  });

  it('can be put back around a job that was taken by hand', async () => {
    const { app, queue, notes, requests } = await start({ worker: { autoStart: false } });
    await requests.run({ tenant: 'acme' }, () => queue.enqueue('look'));
    const job = await queue.dequeue();
    const found = app.get(TaskContextCarriers).run(job?.headers ?? {}, () => notes.note());
    expect(found).toEqual({ tenant: 'acme' });
    expect(requests.getStore()).toBeUndefined();
  });

  it('are there for the middleware of the app', async () => {
    const { requests } = storages();
    const seen: unknown[] = [];
    @Injectable()
    class Watching implements TaskMiddleware {
      async intercept(_: TaskExecutionContext, next: TaskCallHandler) {
        seen.push(requests.getStore());
        return next.handle();
      }
    }
    const { queue } = await startWith({
      middleware: [Watching],
      context: { carriers: [new StorageCarrier(requests, ['tenant'])] },
    });
    await (await requests.run({ tenant: 'acme' }, () => queue.enqueue('look'))).result();
    expect(seen).toEqual([{ tenant: 'acme' }]);
  });

  it('are bounded: a call whose context is too large, or no clean text, is refused', async () => {
    const { queue, requests } = await start({ worker: { autoStart: false } });
    for (const tenant of ['x'.repeat(5_000), 'a\nb', '\ud800', 7 as never]) {
      const refused = await rejection(requests.run({ tenant }, () => queue.enqueue('look')));
      expect(refused).toBeInstanceOf(TaskContextError);
    }
    const sum = await rejection(
      requests.run({ tenant: 'x'.repeat(2_500) }, () =>
        queue.enqueue('look', undefined, { headers: { mine: 'y'.repeat(2_500) } }),
      ),
    );
    expect(sum.message).toMatch(/cannot travel as headers.*\n.*headers: have 5010 bytes; 4096 are allowed/);
    expect(await queue.count()).toBe(0);
  });

  it('come back as texts of its keys alone, whoever wrote the headers', async () => {
    const { queue } = await start();
    const headers = { tenant: 'acme', constructor: 'evil', 'user ': 'x' };
    const job = await queue.enqueue('look', undefined, { headers });
    await expect(job.result()).resolves.toEqual({ tenant: 'acme' });
  });
});

describe('A carrier of the app', () => {
  @Injectable()
  class Tenants {
    readonly storage = new AsyncLocalStorage<string>();
  }
  @Injectable()
  class TenantCarrier implements TaskContextCarrier {
    constructor(readonly tenants: Tenants) {}
    capture() {
      return { tenant: this.tenants.storage.getStore() };
    }
    run<T>(headers: Readonly<Record<string, string>>, body: () => T): T {
      return this.tenants.storage.run(headers['tenant'] ?? 'nobody', body);
    }
  }
  @Injectable()
  class TenantTasks {
    constructor(private readonly tenants: Tenants) {}
    @Task() tenant() {
      return this.tenants.storage.getStore();
    }
  }

  it.each([
    ['made with what the root module has', [Tenants, TenantTasks]],
    ['the provider that the app has', [Tenants, TenantTasks, TenantCarrier]],
  ])('is %s', async (_what, providers) => {
    const { app, queue } = await startWith({ context: { carriers: [TenantCarrier] } }, { providers });
    const { storage } = app.get(Tenants);
    const job = await storage.run('acme', () => queue.enqueue('tenant'));
    await expect(job.result()).resolves.toBe('acme');
    await expect((await queue.enqueue('tenant')).result()).resolves.toBe('nobody');
  });

  it.each([
    ['cannot be made', TenantCarrier, []],
    ['is no carrier', Tenants, []],
  ])('keeps the app from starting when it %s', async (_what, carrier, providers) => {
    const booted = startWith({ context: { carriers: [carrier as never] } }, { providers });
    expect((await rejection(booted)).message).toContain(`Carrier ${carrier.name} cannot be made in`);
  });

  it('keeps the app from starting when it is scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends TenantCarrier {}
    const booted = startWith({ context: { carriers: [Scoped] } }, { providers: [Tenants, Scoped] });
    expect((await rejection(booted)).message).toContain('it is a scoped provider');
  });

  /** One that fails as it is told. */
  const failing = (fail: Partial<TaskContextCarrier>): TaskContextCarrier => ({
    capture: () => undefined,
    run: (_, body) => body(),
    ...fail,
  });

  it('that fails at a call refuses it: a job without its tenant would be worse', async () => {
    const cause = new Error('no tenant');
    const capture = () => {
      throw cause;
    };
    const { queue } = await startWith({ context: { carriers: [failing({ capture })] } });
    const refused = await rejection(queue.enqueue('look'));
    expect(refused).toBeInstanceOf(TaskContextError);
    expect(refused).toMatchObject({ code: 'TASKS_CONTEXT', cause });
    expect(refused.message).toContain('no tenant');
    expect(await queue.count()).toBe(0);
  });

  it('that fails at a run fails the run, and the retry policy decides', async () => {
    let runs = 0;
    const run = <T>(_: object, body: () => T): T => {
      if (++runs < 3) throw new Error('the directory is down');
      return body();
    };
    const { queue, notes } = await startWith({
      retry: { delay: 1, jitter: false },
      context: { carriers: [failing({ run })] },
    });
    await (await queue.enqueue('look')).result();
    expect([runs, notes.seen.length]).toEqual([3, 1]);
  });

  it('can say that no other run would help', async () => {
    const run = () => {
      throw new UnrecoverableError('no such tenant');
    };
    const { app, queue, notes } = await startWith({ context: { carriers: [failing({ run })] } });
    const failed = nextEvent(app, 'failed');
    const job = await queue.enqueue('look');
    await expect(failed).resolves.toMatchObject({ attempt: 1 });
    expect((await app.get(DeadLetterQueue).get(job.id))?.error.message).toBe('no such tenant');
    expect(notes.seen).toEqual([]);
  });

  it('that does not run the job at all fails it, instead of letting it hang', async () => {
    const { queue } = await startWith({
      retry: { maxRetries: 0 },
      context: { carriers: [failing({ run: () => undefined as never })] },
    });
    const error = await rejection((await queue.enqueue('look')).result());
    expect(error.message).toContain('run() did not call what it was given');
  });

  it('costs an app nothing that names none', async () => {
    let headers: object | undefined;
    @Injectable()
    class Plain {
      @Task() plain(_: unknown, ctx: TaskContext) {
        headers = ctx.headers;
      }
    }
    const { app, queue } = await startWith({}, { providers: [Plain] });
    expect(app.get(TaskContextCarriers).isEmpty).toBe(true);
    await (await queue.enqueue('plain')).result();
    expect(headers).toEqual({});
  });
});
