import { Injectable } from '@nestjs/common';
import { CapturingLogger, Test, type TestingModule } from '@nestjs/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueRegistry, Task, type TaskQueue, TasksModule } from 'nestjs-tasks';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { LIBRARIES, type Library } from './libraries.js';

@Injectable()
class OrderTasks {
  @Task({ name: 'ship' })
  ship(): void {}
}

const schema = uniqueSchema();
let url: string;
let app: TestingModule;
let admin: pg.Client;
let queue: TaskQueue;

beforeAll(async () => {
  ({ url } = await sharedPostgres());
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const tasks = TasksModule.forRoot({
    backend: { type: 'postgres', url, options: { schema } },
    role: 'producer',
  });
  app = await Test.createTestingModule({ imports: [tasks], providers: [OrderTasks] })
    .setLogger(new CapturingLogger())
    .compile();
  await app.init();
  queue = app.get(QueueRegistry).get();
  await admin.query(`create table ${schema}.orders (id text primary key)`);
});

afterAll(async () => {
  await app.close();
  await admin.end();
  await dropSchema(url, schema);
});

const orders = async (ids: readonly string[]): Promise<number> => {
  const { rowCount } = await admin.query(`select from ${schema}.orders where id = any($1)`, [ids]);
  return rowCount ?? 0;
};

const jobs = async (ids: readonly string[]): Promise<number> => {
  const found = await Promise.all(ids.map((id) => queue.get(id)));
  return found.filter((job) => job !== undefined).length;
};

describe.each(Object.entries(LIBRARIES))('a transaction of %s', (name, open) => {
  let library: Library;
  const idOf = (what: string): string => `${name}:${what}`;

  beforeAll(async () => {
    library = await open(url, schema);
    // Prisma generates its client in a process of its own.
  }, 60_000);
  afterAll(async () => void (await library.close()));

  it('commits a job together with a row', async () => {
    const id = idOf('committed');
    await library.transaction(async (tx, insert) => {
      await insert(id);
      const job = await queue.enqueue('ship', { id }, { id, tx, headers: { by: name }, delay: '1h' });
      expect(job).toMatchObject({ id, name: 'ship' });
      expect(await jobs([id])).toBe(0);
    });
    expect(await orders([id])).toBe(1);
    const job = await queue.get(id);
    expect([job?.status, job?.payload]).toEqual(['scheduled', { id }]);
  });

  it('keeps neither when it is rolled back', async () => {
    const id = idOf('rolled-back');
    const call = library.transaction(async (tx, insert) => {
      await insert(id);
      await queue.enqueue('ship', { id }, { id, tx });
      throw new Error('no stock');
    });
    await expect(call).rejects.toThrow('no stock');
    expect([await orders([id]), await jobs([id])]).toEqual([0, 0]);
  });

  it('commits a batch of 100, whatever its payloads hold', async () => {
    const payloads = ['plain', "it's", '"', '?', '$1', '\u0000', '\uD800', 'žluťoučký 🐎', null];
    const requests = Array.from({ length: 100 }, (_, n) => ({
      name: 'ship',
      payload: payloads[n % payloads.length],
      ...(n % 7 === 0 && { idempotencyKey: `${name}:${n}` }),
    }));
    let ids: string[] = [];
    await library.transaction(async (tx) => {
      ids = (await queue.enqueueMany(requests, { tx })).map(({ id }) => id);
    });
    const found = await Promise.all(ids.map((id) => queue.get(id)));
    expect(found.map((job) => job?.payload)).toEqual(requests.map(({ payload }) => payload));
  });

  it('commits a plain batch of 100', async () => {
    const requests = Array.from({ length: 100 }, (_, n) => ({ name: 'ship', payload: n }));
    let ids: string[] = [];
    await library.transaction(async (tx) => {
      ids = (await queue.enqueueMany(requests, { tx })).map(({ id }) => id);
    });
    expect(await jobs(ids)).toBe(100);
  });

  it('is told from a connection that is in none', async () => {
    const id = idOf('outside');
    await expect(queue.enqueue('ship', { id }, { id, tx: library.outside })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      message: expect.stringContaining('in no transaction') as string,
    });
    expect(await jobs([id])).toBe(0);
  });

  it('says what the server says of a statement that it refuses', async () => {
    const call = library.transaction(async (tx, insert) => {
      await insert(idOf('twice'));
      await insert(idOf('twice')).catch(() => undefined);
      await queue.enqueue('ship', {}, { tx });
    });
    await expect(call).rejects.toMatchObject({ message: expect.stringContaining('25P02') as string });
  });
});
