import type { Notification } from 'pg';
import { describe, expect, it } from 'vitest';
import { aJob } from '../../lib/testing/index.js';
import { ownPostgresQueue } from './own-postgres-queue.js';

describe('a plain job that is enqueued alone on PostgreSQL', () => {
  const own = ownPostgresQueue();

  it('takes its turn among the keys of a queue', async () => {
    const queue = 'fair';
    for (let n = 0; n < 4; n++) await own.backend.enqueue([aJob({ queue, key: 'many' })]);
    // Places of lines without keys go on with those of all other queues.
    await own.backend.enqueue(Array.from({ length: 20 }, () => aJob({ queue: 'other' })));
    const alone = aJob({ queue });
    await own.backend.enqueue([alone]);
    const { jobs } = await own.backend.claim({ worker: 'w', lease: 60_000, take: [{ queue, limit: 10 }] });
    expect(jobs.map(({ id }) => id).indexOf(alone.id)).toBeLessThan(2);
  });

  it('wakes nobody for a queue that is paused', async () => {
    const { rows } = await own.client.query<{ name: string }>(`select ${own.schema}.job_channel() as name`);
    await own.client.query(`listen ${rows[0]?.name}`);
    const heard = new Promise<Notification>((resolve) => void own.client.once('notification', resolve));
    await own.backend.pause('paused');
    await own.backend.enqueue([aJob({ queue: 'paused' })]);
    await own.backend.enqueue([aJob({ queue: 'open' })]);
    expect((await heard).payload).toBe('open');
  });

  it('is not told as new where its id is there already', async () => {
    const job = aJob({ queue: 'mail' });
    const verdicts = [await own.backend.enqueue([job]), await own.backend.enqueue([job])].flat();
    expect(verdicts.map(({ status }) => status)).toEqual(['created', 'existing']);
  });
});
