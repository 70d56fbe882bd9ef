import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { Task, TaskEvents, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type PgBouncer, startPgBouncer } from '../servers/pgbouncer.mjs';
import { type PrivatePostgres, startPostgres } from '../servers/postgres.mjs';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Sums {
  @Task({ name: 'double', maxRetries: 0 })
  double(n: number): number {
    return n * 2;
  }
}

let url: string;
const schemas: string[] = [];
beforeAll(async () => {
  ({ url } = await sharedPostgres());
});
afterEach(async () => {
  for (const schema of schemas.splice(0)) await dropSchema(url, schema);
});

function aSchema(): string {
  const schema = uniqueSchema();
  schemas.push(schema);
  return schema;
}

const appOn = (where: string, options: Record<string, unknown>, more: TasksModuleOptions = {}) =>
  startApp({
    imports: [TasksModule.forRoot({ backend: { type: 'postgres', url: where, options }, ...more })],
    providers: [Sums],
  });

/** Enqueues sixty jobs at once, and waits for what each gives. */
async function sixty(app: Awaited<ReturnType<typeof startApp>>): Promise<unknown[]> {
  const jobs = await Promise.all(Array.from({ length: 60 }, (_, n) => queueOf(app).enqueue('double', n)));
  return Promise.all(jobs.map((job) => job.result({ timeout: '30s' })));
}
const DOUBLES = Array.from({ length: 60 }, (_, n) => n * 2);

describe('an app on PostgreSQL', () => {
  it('runs its jobs, each once', async () => {
    const app = await appOn(url, { schema: aSchema() });
    expect(await sixty(app)).toEqual(DOUBLES);
    await app.close();
  });

  it.each(['wait', 'continue'] as const)(
    'does not boot where the server would refuse it again, whatever it does for an absent one: %s',
    async (onBoot) => {
      const nowhere = new URL(url);
      nowhere.pathname = '/nowhere';
      await expect(appOn(nowhere.href, {}, { connect: { onBoot, timeout: '1m' } })).rejects.toMatchObject({
        code: 'TASKS_BACKEND_FAULT',
        message: expect.stringContaining('the server has no such database'),
        remedy: expect.stringContaining('Create the database'),
      });
    },
  );

  it('does with one connection for everything', async () => {
    const app = await appOn(url, { schema: aSchema(), poolSize: 1 });
    expect(await sixty(app)).toEqual(DOUBLES);
    await app.close();
  });

  it('starts the job of an idle queue with the call that enqueues it, once it is told as queued', async () => {
    const app = await appOn(url, { schema: aSchema() });
    const told: string[] = [];
    for (const type of ['queued', 'started', 'completed'] as const) {
      app.get(TaskEvents).on(type, () => told.push(type));
    }
    const calls = vi.spyOn(pg.Client.prototype, 'query');
    onTestFinished(() => calls.mockRestore());
    for (let n = 0; n < 10; n++) {
      const job = await queueOf(app).enqueue('double', n);
      expect(await job.result({ timeout: '30s' })).toBe(n * 2);
    }
    const names = calls.mock.calls.map(([query]) => (query as unknown as { name?: string }).name ?? '');
    const count = (name: string): number => names.filter((one) => one.startsWith(name)).length;
    // Every 64th turn of a worker goes through the event loop, and comes too late.
    expect(count('enqueue-and-claim')).toBeGreaterThanOrEqual(9);
    // Each is one for what has ended, and what had not been looked at when the app began.
    expect(count('claim')).toBeLessThanOrEqual(14);
    expect(told).toEqual(Array.from({ length: 10 }, () => ['queued', 'started', 'completed']).flat());
    await app.close();
  });

  it('does with the pool of the application, which is still there afterwards', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    const app = await startApp({
      imports: [TasksModule.forRoot({ backend: { type: 'postgres', options: { pool, schema: aSchema() } } })],
      providers: [Sums],
    });
    expect(await sixty(app)).toEqual(DOUBLES);
    await app.close();
    expect((await pool.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });
});

describe('an app behind a pooler in transaction mode', () => {
  let pooler: PgBouncer;
  beforeAll(async () => {
    pooler = await startPgBouncer({ before: url, mode: 'transaction' });
  }, 300_000);
  afterAll(() => pooler.stop());

  it('runs its jobs, each once', async () => {
    const app = await appOn(pooler.url, { schema: aSchema() });
    expect(await sixty(app)).toEqual(DOUBLES);
    await app.close();
  });

  it('runs those of an app that is not behind it, and the other way round', async () => {
    const schema = aSchema();
    const producer = { role: 'producer' } as const;
    for (const [one, other] of [
      [url, pooler.url],
      [pooler.url, url],
    ] as const) {
      const caller = await appOn(one, { schema }, producer);
      const worker = await appOn(other, { schema });
      expect(await sixty(caller)).toEqual(DOUBLES);
      await worker.close();
      await caller.close();
    }
  });
});

describe('an app whose server is not there yet', () => {
  let server: PrivatePostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it('waits for it where it is told to, and runs its jobs then', async () => {
    await server.kill();
    const starting = appOn(server.url, {}, { connect: { onBoot: 'wait', timeout: '30s' } });
    await server.start();
    const app = await starting;
    expect(await sixty(app)).toEqual(DOUBLES);
    await app.close();
  });

  it('goes on after it was restarted under it', async () => {
    const app = await appOn(server.url, {});
    expect(await sixty(app)).toEqual(DOUBLES);
    await server.restart();
    const late = queueOf(app);
    let job = await late.enqueue('double', 21).catch(() => undefined);
    while (job === undefined) job = await late.enqueue('double', 21).catch(() => undefined);
    expect(await job.result({ timeout: '30s' })).toBe(42);
    await app.close();
  });
});
