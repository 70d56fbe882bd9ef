import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const PROCESSES = 20;
const JOBS = 500;

const schema = uniqueSchema();
let url: string;
const backends: PostgresQueueBackend[] = [];

beforeAll(async () => {
  ({ url } = await sharedPostgres());
  for (let n = 0; n < PROCESSES; n++) {
    const settings = postgresSettings({ url }, schema, { poolSize: 1 });
    const backend = new PostgresQueueBackend(new PostgresDatabase(settings, () => undefined));
    await backend.open();
    backends.push(backend);
  }
});
afterAll(async () => {
  await Promise.all(backends.map((backend) => backend.close()));
  await dropSchema(url, schema);
});

it('every idle process is told once of jobs that are enqueued at once, however many they are', async () => {
  const [producer] = backends as [PostgresQueueBackend];
  // The first call declares the queue, and who begins to listen is told to look.
  await producer.enqueue([aJob({ queue: 'herd' })]);
  let looks = 0;
  const subscriptions = backends.map((backend) =>
    backend.subscribe('herd', { demand: 1 }, () => void looks++),
  );
  await expect.poll(() => looks).toBeGreaterThanOrEqual(2 * PROCESSES);
  looks = 0;
  await producer.enqueue(Array.from({ length: JOBS }, () => aJob({ queue: 'herd' })));
  await expect.poll(() => looks).toBe(PROCESSES);
  // Whatever else was sent has arrived by now: a round trip of every process lies in between.
  await Promise.all(backends.map((backend) => backend.ping()));
  expect(looks).toBe(PROCESSES);
  for (const subscription of subscriptions) subscription.close();
});
