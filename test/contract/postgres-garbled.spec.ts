import { expect, it } from 'vitest';
import type { Outcome, Settlement } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { ownPostgresQueue } from './own-postgres-queue.js';

const own = ownPostgresQueue();
const error = { name: 'TaskNotFoundError', message: 'nobody knows it' };

/** What a hand, or another program, may leave in the columns that are read as more than text. */
const GARBAGE = [
  "headers = 'garbage'",
  `headers = '{"no":"pairs"}'`,
  `signals = '{"approved":"garbage"}'`,
  "progress = 'garbage'",
  "error = 'garbage'",
  "failures = '{garbage}'",
];

it('rows that nobody can read are handed out as jobs that nobody can run, or without what cannot be read, and harm no other', async () => {
  own.backend.declare([{ name: 'garbled' }]);
  const broken = GARBAGE.map(() => aJob({ queue: 'garbled' }));
  const sound = [aJob({ queue: 'garbled' }), aJob({ queue: 'garbled' })];
  await own.backend.enqueue([...broken, ...sound]);
  for (const [place, change] of GARBAGE.entries())
    await own.client.query(`update ${own.schema}.job set ${change} where id = $1`, [broken[place]?.id]);
  const take = [{ queue: 'garbled', limit: 20 }];
  expect((await own.backend.find({ queue: 'garbled', states: ['pending'] })).items).toHaveLength(8);
  const { jobs } = await own.backend.claim({ worker: 'w', lease: 60_000, take });
  expect(jobs.map(({ id }) => id)).toEqual([...broken, ...sound].map(({ id }) => id));
  expect(jobs.filter(({ name }) => name === 'unreadable').map(({ id }) => id)).toEqual(
    broken.slice(0, 3).map(({ id }) => id),
  );
  const settle = jobs.map(({ receipt, name }): Settlement => ({
    receipt,
    outcome: (name === 'unreadable' ? { kind: 'failed', error } : { kind: 'completed' }) satisfies Outcome,
  }));
  const { verdicts } = await own.backend.claim({ worker: 'w', lease: 60_000, take: [], settle });
  expect(new Set(verdicts)).toEqual(new Set(['applied']));
  const [status] = await own.backend.inspect(['garbled']);
  expect(status?.counts).toMatchObject({ failed: 3, completed: 5, running: 0 });
  expect((await own.backend.get([...broken, ...sound])).map((record) => record?.state)).toEqual([
    ...broken.map((_, place) => (place < 3 ? 'failed' : 'completed')),
    ...sound.map(() => 'completed'),
  ]);
  expect((await own.backend.find({ queue: 'garbled', states: ['failed', 'completed'] })).items).toHaveLength(
    8,
  );
});
