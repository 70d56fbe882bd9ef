import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewJob } from '../../lib/contract/index.js';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresQueueBackend } from '../../lib/backends/postgres/postgres-queue-backend.js';
import { aJob } from '../../lib/testing/index.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { postgresSettings } from './postgres-harness.js';

const QUEUE = 'mail';
/** What an array written as a text would have to escape, and what more than one byte stands for. */
const PAYLOADS = [
  '"plain"',
  String.raw`{"a":"\n \\ \" {} ,"}`,
  'NULL',
  '',
  '{}',
  '"línea 行 🙂"',
  'a\tb\nc\u007f',
  undefined,
];

describe('a batch of jobs on PostgreSQL that differ only in their payloads', () => {
  const schema = uniqueSchema();
  let url: string;
  let client: pg.Client;
  let backend: PostgresQueueBackend;

  beforeAll(async () => {
    ({ url } = await sharedPostgres());
    client = new pg.Client({ connectionString: url });
    await client.connect();
    backend = new PostgresQueueBackend(
      new PostgresDatabase(postgresSettings({ url }, schema), () => undefined),
    );
    await backend.open();
  });

  afterAll(async () => {
    await backend.close();
    await client.end();
    await dropSchema(url, schema);
  });

  const batch = (payloads: readonly NewJob['payload'][]): NewJob[] =>
    payloads.map((payload) => aJob({ queue: QUEUE, payload, timeout: 5_000, maxStalled: 2 }));

  const takeAll = async () =>
    (await backend.claim({ worker: 'w', lease: 60_000, take: [{ queue: QUEUE, limit: 100 }] })).jobs;

  it('keeps each payload, in their order', async () => {
    const jobs = batch(PAYLOADS);
    const verdicts = await backend.enqueue(jobs);
    expect(verdicts).toEqual(jobs.map(({ id }) => ({ status: 'created', id })));
    const taken = await takeAll();
    expect(taken.map(({ id, payload, timeout, maxStalled }) => [id, payload, timeout, maxStalled])).toEqual(
      jobs.map(({ id, payload }) => [id, payload, 5_000, 2]),
    );
  });

  it('does the same in a transaction of the caller', async () => {
    const jobs = batch(PAYLOADS);
    await client.query('begin');
    await backend.enqueue(jobs, { tx: client });
    await client.query('commit');
    expect((await takeAll()).map(({ payload }) => payload)).toEqual(PAYLOADS);
  });

  it('says which of them are there already, and adds the others', async () => {
    const [first, second, third] = batch(['1', '2', '3']) as [NewJob, NewJob, NewJob];
    await backend.enqueue([second]);
    const again = { ...second, payload: '"other"' };
    const verdicts = await backend.enqueue([first, again, third, { ...third, payload: '"twice"' }]);
    expect(verdicts.map(({ status }) => status)).toEqual(['created', 'existing', 'created', 'created']);
    expect((await takeAll()).map(({ payload }) => payload)).toEqual(['2', '1', '3']);
  });

  it('adds nothing where the queue has a bound that others look at', async () => {
    backend.declare([{ name: 'short', maxSize: 2 }]);
    const jobs = batch(['1', '2', '3']).map((job) => ({ ...job, queue: 'short' }));
    const verdicts = await backend.enqueue(jobs);
    expect(verdicts.map(({ status }) => status)).toEqual(['created', 'created', 'refused']);
  });
});
