import { describe, expect, it } from 'vitest';
import type { NewJob } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { ownPostgresQueue } from './own-postgres-queue.js';

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
  const own = ownPostgresQueue();

  const batch = (payloads: readonly NewJob['payload'][]): NewJob[] =>
    payloads.map((payload) => aJob({ queue: QUEUE, payload, timeout: 5_000, maxStalled: 2 }));

  const takeAll = async () =>
    (await own.backend.claim({ worker: 'w', lease: 60_000, take: [{ queue: QUEUE, limit: 100 }] })).jobs;

  it('keeps each payload, in their order', async () => {
    const jobs = batch(PAYLOADS);
    const verdicts = await own.backend.enqueue(jobs);
    expect(verdicts).toEqual(jobs.map(({ id }) => ({ status: 'created', id })));
    const taken = await takeAll();
    expect(taken.map(({ id, payload, timeout, maxStalled }) => [id, payload, timeout, maxStalled])).toEqual(
      jobs.map(({ id, payload }) => [id, payload, 5_000, 2]),
    );
  });

  it.each<Partial<NewJob>>([
    { name: 'other' },
    { codec: 'other' },
    { version: 7 },
    { priority: 15 },
    { maxRetries: 9 },
    { maxStalled: 4 },
    { timeout: 7_000 },
  ])('keeps of one that differs what is its own: %j', async (particular) => {
    const [first, second] = batch(['1', '2']) as [NewJob, NewJob];
    const different = { ...second, ...particular };
    await own.backend.enqueue([first, different]);
    const taken = await takeAll();
    expect(taken.find(({ id }) => id === second.id)).toMatchObject(particular);
    const [[word]] = Object.entries(particular) as [[keyof NewJob, unknown]];
    expect(taken.find(({ id }) => id === first.id)).toMatchObject({ [word]: first[word] });
  });

  it.each<Partial<NewJob>>([{ delay: 60_000 }, { dueAt: 4_000_000_000_000 }])(
    'lets one wait that is due later: %j',
    async (later) => {
      const [first, second] = batch(['1', '2']) as [NewJob, NewJob];
      await own.backend.enqueue([first, { ...second, ...later }]);
      expect((await takeAll()).map(({ id }) => id)).toEqual([first.id]);
    },
  );

  it('keeps the headers of one that has some', async () => {
    const [first, second] = batch(['1', '2']) as [NewJob, NewJob];
    await own.backend.enqueue([first, { ...second, headers: { tenant: 'a' } }]);
    expect((await takeAll()).map(({ extra }) => extra?.headers)).toEqual([undefined, { tenant: 'a' }]);
  });

  it('does the same in a transaction of the caller', async () => {
    const jobs = batch(PAYLOADS);
    await own.client.query('begin');
    await own.backend.enqueue(jobs, { tx: own.client });
    await own.client.query('commit');
    expect((await takeAll()).map(({ payload }) => payload)).toEqual(PAYLOADS);
  });

  it('says which of them are there already, and adds the others', async () => {
    const [first, second, third] = batch(['1', '2', '3']) as [NewJob, NewJob, NewJob];
    await own.backend.enqueue([second]);
    const again = { ...second, payload: '"other"' };
    const verdicts = await own.backend.enqueue([first, again, third, { ...third, payload: '"twice"' }]);
    expect(verdicts.map(({ status }) => status)).toEqual(['created', 'existing', 'created', 'created']);
    expect((await takeAll()).map(({ payload }) => payload)).toEqual(['2', '1', '3']);
  });

  it('adds nothing where the queue has a bound that others look at', async () => {
    own.backend.declare([{ name: 'short', maxSize: 2 }]);
    const jobs = batch(['1', '2', '3']).map((job) => ({ ...job, queue: 'short' }));
    const verdicts = await own.backend.enqueue(jobs);
    expect(verdicts.map(({ status }) => status)).toEqual(['created', 'created', 'refused']);
  });
});
