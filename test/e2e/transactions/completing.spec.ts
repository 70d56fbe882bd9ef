import { CapturingLogger, Test, type TestingModule } from '@nestjs/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandlerRegistry, QueueRegistry, type TaskError, type TaskQueue, TasksModule } from 'nestjs-tasks';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { STEPS, TransferProcesses } from './transfer-process.js';

/** Processes are started, and a lease of a second has to run out. */
const PATIENCE = 120_000;

const schema = uniqueSchema();
let url: string;
let processes: TransferProcesses;
let app: TestingModule;
let admin: pg.Client;
let queue: TaskQueue;

beforeAll(async () => {
  processes = await TransferProcesses.prepare();
  ({ url } = await sharedPostgres());
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const tasks = TasksModule.forRoot({
    backend: { type: 'postgres', url, options: { schema } },
    role: 'producer',
  });
  app = await Test.createTestingModule({ imports: [tasks] })
    .setLogger(new CapturingLogger())
    .compile();
  await app.init();
  queue = app.get(QueueRegistry).get();
  await admin.query(`create table ${schema}.effect (job text, attempt integer)`);
}, PATIENCE);

afterAll(async () => {
  await app.close();
  await admin.end();
  await dropSchema(url, schema);
  processes.remove();
}, PATIENCE);

/** Attempts whose effect was committed. */
async function effectsOf(id: string): Promise<number[]> {
  const { rows } = await admin.query<{ attempt: number }>(
    `select attempt from ${schema}.effect where job = $1`,
    [id],
  );
  return rows.map(({ attempt }) => attempt);
}

describe('a job that its handler completes in a transaction', () => {
  it.each(STEPS)(
    'has its effect once when the process dies at "%s"',
    async (dieAt) => {
      const { id } = await queue.enqueue('transfer');
      const dying = processes.start({ url, schema, dieAt });
      expect(await dying.exited).toBe('SIGKILL');
      const other = processes.start({ url, schema });
      const job = await queue.get(id);
      const result = await job?.result({ timeout: '60s' });
      const effects = await effectsOf(id);
      expect(effects).toHaveLength(1);
      expect(result).toEqual({ attempt: effects[0] });
      await other.stop();
    },
    PATIENCE,
  );

  it(
    'is completed once, whatever its handler does after the commit',
    async () => {
      const { id } = await queue.enqueue('transfer');
      const { events, stop } = processes.start({ url, schema, end: 'commit and throw' });
      const result = await (await queue.get(id))?.result({ timeout: '60s' });
      await stop();
      expect(result).toEqual({ attempt: 1 });
      expect(await effectsOf(id)).toEqual([1]);
      expect(events).toEqual(['started', 'completed']);
    },
    PATIENCE,
  );

  it(
    'is not completed by a transaction that is rolled back, even when its handler returns',
    async () => {
      const { id } = await queue.enqueue('transfer');
      const { events, stop } = processes.start({ url, schema, end: 'roll back and return' });
      const result = await (await queue.get(id))?.result({ timeout: '60s' });
      await stop();
      expect(result).toEqual({ attempt: 2 });
      expect(await effectsOf(id)).toEqual([2]);
      expect(events).toEqual(['started', 'retrying', 'started', 'completed']);
    },
    PATIENCE,
  );
});

describe('a handler whose queue is not on PostgreSQL', () => {
  it('is told what to do instead, and its job goes on', async () => {
    const memory = await Test.createTestingModule({ imports: [TasksModule.forRoot()] })
      .setLogger(new CapturingLogger())
      .compile();
    await memory.init();
    memory.get(HandlerRegistry).register('transfer', async (_payload, ctx) => {
      const error = await ctx.complete(admin).catch((thrown: unknown) => thrown as TaskError);
      return [error?.code, error?.remedy];
    });
    const job = await memory.get(QueueRegistry).get().enqueue('transfer');
    const [code, remedy] = (await job.result({ timeout: '10s' })) as string[];
    await memory.close();
    expect(code).toBe('TASKS_UNSUPPORTED');
    expect(remedy).toContain('ctx.idempotencyKey');
  });
});
