import { Injectable } from '@nestjs/common';
import { type } from 'arktype';
import {
  DeadLetterQueue,
  HandlerRegistry,
  InjectTasks,
  Task,
  TasksModule,
  type TaskClient,
  type TaskContext,
  type TaskExecutionContext,
  type TaskCallHandler,
  type TaskMiddleware,
  type TaskOptions,
  type TaskPayload,
  type TaskSchema,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Gate, settle } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const toDate = (text: string): Date => new Date(text);
const Zod = z.object({ at: z.iso.datetime().transform(toDate), copies: z.number().default(1) });
const ZodAsync = z.object({
  at: z.iso.datetime().transform((text) => Promise.resolve(toDate(text))),
  copies: z.number().default(1),
});
const Valibot = v.object({
  at: v.pipe(v.string(), v.isoTimestamp(), v.transform(toDate)),
  copies: v.optional(v.number(), 1),
});
const ValibotAsync = v.objectAsync({
  at: v.pipeAsync(
    v.string(),
    v.isoTimestamp(),
    v.transformAsync((text) => Promise.resolve(toDate(text))),
  ),
  copies: v.optional(v.number(), 1),
});
const Arktype = type({ at: 'string.date.iso.parse', copies: 'number = 1' });
const AT = '2030-01-01T00:00:00.000Z';

const kinds = {
  zod: Zod,
  zodAsync: ZodAsync,
  valibot: Valibot,
  valibotAsync: ValibotAsync,
  arktype: Arktype,
};

@Injectable()
class Reminders {
  readonly seen: { at: Date; copies: number }[] = [];

  @Task({ schema: Zod })
  zod(reminder: TaskPayload<typeof Zod>) {
    this.seen.push(reminder);
  }
  @Task({ schema: ZodAsync })
  zodAsync(reminder: TaskPayload<typeof ZodAsync>) {
    this.seen.push(reminder);
  }
  @Task({ schema: Valibot })
  valibot(reminder: TaskPayload<typeof Valibot>) {
    this.seen.push(reminder);
  }
  @Task({ schema: ValibotAsync })
  valibotAsync(reminder: TaskPayload<typeof ValibotAsync>) {
    this.seen.push(reminder);
  }
  @Task({ schema: Arktype })
  arktype(reminder: TaskPayload<typeof Arktype>) {
    this.seen.push(reminder);
  }
}

@Injectable()
class Caller {
  constructor(@InjectTasks(Reminders) readonly reminders: TaskClient<Reminders>) {}
}

const start = () => startApp({ imports: [TasksModule.forRoot()], providers: [Reminders, Caller] });

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('A task with a schema (%s)', (kind) => {
  it('hands its handler what the schema makes of the payload, and stores what it was given', async () => {
    const app = await start();
    const job = await app.get(Caller).reminders[kind].delay({ at: AT });
    await job.result();
    expect(app.get(Reminders).seen).toEqual([{ at: new Date(AT), copies: 1 }]);
    expect((await job.refresh()).payload).toEqual({ at: AT });
  });

  it('never sees a payload that breaks it', async () => {
    const app = await start();
    await expect(app.get(Caller).reminders[kind].delay({ at: 'tomorrow' })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [{ path: 'at' }],
    });
    expect(await queueOf(app).count()).toBe(0);
  });
});

/** A schema of our own, to count and to steer. */
const own = (validate: (value: unknown) => unknown): TaskSchema => ({
  '~standard': { version: 1, vendor: 'own', validate: validate as never },
});

/** An app with the task `odd`, and a way to put a job into its queue that nobody checks. */
async function withOdd(
  schema: TaskSchema,
  options: TaskOptions & { clock?: ManualClock; middleware?: [] } = {},
) {
  const { clock, ...task } = options;
  const seen: unknown[] = [];
  const app = await startApp({ imports: [TasksModule.forRoot(clock === undefined ? {} : { clock })] });
  const handler = (payload: unknown, _ctx: TaskContext): void => void seen.push(payload);
  app.get(HandlerRegistry).register('odd', handler, { maxRetries: 3, ...task, schema });
  const queue = queueOf(app);
  const job = {
    queue: queue.name,
    id: 'old',
    name: 'odd',
    payload: '{"to":"S3CRET-address"}',
    codec: 'json',
  };
  const slip = () => queue.backend.enqueue([{ ...job, version: 1, priority: 5, maxRetries: 3 }]);
  return { app, queue, seen, slip };
}

describe('A payload that does not fit any more when it runs', () => {
  it.each([
    ['synchronous', z.object({ to: z.email() })],
    [
      'asynchronous',
      v.pipeAsync(
        v.object({ to: v.pipe(v.string(), v.email()) }),
        v.checkAsync(() => Promise.resolve(true)),
      ),
    ],
  ])('is a dead letter at once (%s), told without the payload, and can be corrected', async (_, schema) => {
    const { app, queue, seen, slip } = await withOdd(schema);
    const failed = nextEvent(app, 'failed');
    await slip();
    await expect(failed).resolves.toMatchObject({ attempt: 1, reason: { code: 'TASKS_PAYLOAD_MISMATCH' } });
    const letters = app.get(DeadLetterQueue);
    const letter = await letters.get('old');
    expect(letter?.error).toMatchObject({ name: 'PayloadMismatchError', code: 'TASKS_PAYLOAD_MISMATCH' });
    expect(JSON.stringify(letter?.error)).toContain('to: ');
    expect(JSON.stringify(letter?.error)).not.toContain('S3CRET');
    expect(seen).toEqual([]);

    await letters.retry('old', { payload: { to: 'ada@example.com' } });
    await (await queue.get('old'))?.result();
    expect(seen).toEqual([{ to: 'ada@example.com' }]);
  });

  it('says nothing against what the task depends on: its circuit stays closed', async () => {
    const { app, queue, seen, slip } = await withOdd(z.object({ to: z.email() }), {
      circuitBreaker: { threshold: 1, cooldown: '1h' },
    });
    const failed = nextEvent(app, 'failed');
    await slip();
    await failed;
    await (await queue.enqueue('odd', { to: 'ada@example.com' })).result();
    expect(seen).toHaveLength(1);
  });
});

describe('The schema of a task that runs', () => {
  it('is applied once a run, whatever middleware does, which sees what the handler sees', async () => {
    let applied = 0;
    const seen: unknown[] = [];
    @Injectable()
    class Twice implements TaskMiddleware {
      async intercept(ctx: TaskExecutionContext, next: TaskCallHandler): Promise<unknown> {
        seen.push(ctx.payload);
        await next.handle();
        return next.handle();
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ middleware: [Twice] })],
      providers: [Twice],
    });
    const schema = own((value) => ({ value: `${String(value)}+${++applied}` }));
    app.get(HandlerRegistry).register('odd', (payload: string) => void seen.push(payload), { schema });
    await (await queueOf(app).enqueue('odd', 'a')).result();
    // Once when it was enqueued, once when it ran.
    expect(seen).toEqual(['a+2', 'a+2', 'a+2']);
  });

  it('is applied to the stored payload again in each attempt', async () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    const app = await startApp({
      imports: [TasksModule.forRoot({ clock, retry: { delay: 1_000, jitter: false } })],
    });
    const handler = (payload: string): void => {
      seen.push(payload);
      if (seen.length === 1) throw new Error('again');
    };
    app
      .get(HandlerRegistry)
      .register('odd', handler, { schema: own((value) => ({ value: `${String(value)}!` })) });
    const retried = nextEvent(app, 'retrying');
    const job = await queueOf(app).enqueue('odd', 'a');
    await retried;
    await clock.advance(2_000);
    await job.result();
    expect(seen).toEqual(['a!', 'a!']);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('no database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
  ])('and %s fails the run like a handler that throws: it is tried again', async (_, trouble) => {
    let calls = 0;
    const { app, slip, seen } = await withOdd(
      own((value) => (++calls === 1 ? trouble() : { value })),
      { retry: { delay: 1 } },
    );
    const completed = nextEvent(app, 'completed');
    await slip();
    await expect(completed).resolves.toMatchObject({ attempt: 2 });
    expect(seen).toHaveLength(1);
  });

  it('and takes longer than the timeout ends the run; its handler is not called any more', async () => {
    const clock = new ManualClock();
    const started = new Gate();
    const finish = new Gate();
    const schema = own(async (value) => {
      started.open();
      await finish.opened;
      return { value };
    });
    const { app, slip, seen } = await withOdd(schema, { clock, timeout: '2s', maxRetries: 0 });
    const retrying = nextEvent(app, 'retrying');
    await slip();
    await started.opened;
    await clock.advance(2_000);
    await expect(retrying).resolves.toMatchObject({ error: { code: 'TASKS_TIMEOUT' } });
    finish.open();
    await settle();
    expect(seen).toEqual([]);
  });
});

describe('HandlerRegistry.execute', () => {
  it.each([Zod, ZodAsync])('applies the schema here and now', async (schema) => {
    const { app, seen } = await withOdd(schema);
    const registry = app.get(HandlerRegistry);
    await registry.execute({ name: 'odd', payload: { at: AT } });
    expect(seen).toEqual([{ at: new Date(AT), copies: 1 }]);
    await expect(registry.execute({ name: 'odd', payload: {} })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
    });
  });
});
