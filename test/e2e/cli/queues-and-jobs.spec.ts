import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonOf, nestTasks, warmNestTasks } from './nest-tasks.js';
import { atShop, BROKERS, leaveDeadLetters, MAILS_AT_MOST, openShop, type Place } from './shop.js';

interface JobPage {
  readonly items: readonly { readonly id: string }[];
  readonly cursor: string | null;
}

describe.each(BROKERS)('nest-tasks on $name', { timeout: 60_000 }, (broker) => {
  let place: Place;
  beforeEach(async () => {
    place = await broker.place();
  });
  afterEach(() => place.dispose());

  const enqueued = async (...to: string[]): Promise<string[]> => {
    const shop = await openShop(place, false);
    const ids = await shop.enqueue(...to);
    await shop.close();
    return ids;
  };
  const at = (...args: string[]) => warmNestTasks([...args, ...place.address]);

  it('lists the queues that an address holds, whoever declared them, as a table and as JSON', async () => {
    await enqueued('ada@example.com', 'bob@example.com');
    const [table, json] = await Promise.all(
      [[], ['--json']].map((more) => nestTasks(['queues', ...more, ...place.address])),
    );
    if (table === undefined || json === undefined) throw new Error('both were asked for');
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/^QUEUE +BACKEND +PENDING/);
    expect(table.out).toMatch(/^mails +\w+ +2 +0/m);
    const { items } = jsonOf<{ items: { queue: string; counts: Record<string, number>; paused: boolean }[] }>(
      json,
    );
    expect(items.find(({ queue }) => queue === 'mails')).toMatchObject({
      paused: false,
      counts: { pending: 2, failed: 0 },
    });
  });

  it('leaves the limits of a queue as the app has declared them', async () => {
    const shop = await openShop(place, false);
    try {
      await shop.enqueue(...Array.from({ length: MAILS_AT_MOST }, (_, at) => `${at}@example.com`));
      await at('queues');
      await at('queues', 'resume', 'mails');
      await expect(shop.enqueue('late@example.com')).rejects.toMatchObject({ code: 'TASKS_QUEUE_FULL' });
    } finally {
      await shop.close();
    }
  });

  it('pauses a queue for all processes, and lets it go on', async () => {
    await enqueued('ada@example.com');
    const paused = await at('queues', 'pause', 'mails');
    expect(paused).toMatchObject({ code: 0, out: 'Queue mails is paused.\n' });
    expect((await at('queues')).out).toContain('mails (paused)');
    await at('queues', 'resume', 'mails');
    expect((await at('queues')).out).not.toContain('paused');
  });

  it('lists jobs by state and task, and shows one with its payload', async () => {
    const [id = ''] = await enqueued('ada@example.com');
    const list = await at('jobs', 'list', '--state', 'pending', '--task', 'send-email');
    expect(list.out).toContain(id);
    expect((await at('jobs', 'list', '--state', 'failed')).out).toBe('No job is like that.\n');
    const shown = await at('jobs', 'show', id, '--json');
    expect(jsonOf(shown)).toMatchObject({
      id,
      name: 'send-email',
      status: 'pending',
      payload: { to: 'ada@example.com' },
    });
  });

  it('goes through a long list a page at a time', async () => {
    const ids = await enqueued('a@example.com', 'b@example.com', 'c@example.com');
    const first = jsonOf<JobPage>(await at('jobs', 'list', '-n', '2', '--json'));
    const second = jsonOf<JobPage>(
      await at('jobs', 'list', '-n', '2', '--json', '--cursor', first.cursor ?? ''),
    );
    expect([first.items.length, second.items.length, second.cursor]).toEqual([2, 1, null]);
    expect([...first.items, ...second.items].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('cancels jobs that are confirmed, and none that are not', async () => {
    const [id = ''] = await enqueued('ada@example.com');
    const asked = await at('jobs', 'cancel', id);
    expect(asked).toMatchObject({ code: 2, out: '' });
    expect(asked.err).toContain('--yes');
    expect(jsonOf(await at('jobs', 'show', id, '--json'))).toMatchObject({ status: 'pending' });
    const [done, again] = [
      await at('jobs', 'cancel', id, '--yes'),
      await at('jobs', 'cancel', 'no-such-job', '-y'),
    ];
    expect(done.code).toBe(0);
    expect(again).toMatchObject({ code: 5 });
    expect(jsonOf(await at('jobs', 'show', id, '--json'))).toMatchObject({ status: 'cancelled' });
  });

  it('says of an unknown job and an unknown queue that they are not there, with a code of their own', async () => {
    await enqueued('ada@example.com');
    const [job, queue] = await Promise.all([
      at('jobs', 'show', 'no-such-job', '--json'),
      at('queues', '-q', 'mail'),
    ]);
    expect(job.code).toBe(5);
    expect(JSON.parse(job.err)).toMatchObject({ error: { code: 'TASKS_JOB_NOT_FOUND', exitCode: 5 } });
    expect(queue.code).toBe(5);
    expect(queue.err).toContain('Did you mean "mails"?');
  });

  it('counts dead letters by task and error, and retries the one that is named', async () => {
    const [id = '', other = ''] = await leaveDeadLetters(place, 2);
    const list = jsonOf<{ total: number; groups: unknown[] }>(await at('dlq', 'list', '--json'));
    expect(list).toMatchObject({ total: 2, groups: [{ task: 'send-email', error: 'TypeError', count: 2 }] });
    expect((await at('dlq', 'show', id)).out).toMatch(/error +TypeError: there is no nobody@/);
    expect(await at('jobs', 'retry', id)).toMatchObject({ code: 0 });
    const left = jsonOf<{ items: { id: string }[] }>(await at('dlq', 'list', '--json'));
    expect(left.items.map((job) => job.id)).toEqual([other]);
  });

  it('retries by filters, no faster than it is told', async () => {
    await leaveDeadLetters(place, 6);
    expect(await at('dlq', 'retry', '--all', '--dry-run')).toMatchObject({
      out: '6 dead letters would be retried.\n',
    });
    const none = await at('dlq', 'retry', '--error', 'RangeError');
    expect(none.out).toBe('0 of 0 dead letters retried.\n');
    const paced = await at('dlq', 'retry', '--error', 'TypeError', '--rate', '5/s', '--limit', '4', '--json');
    expect(jsonOf(paced)).toEqual({ retried: 4, total: 4, interrupted: false });
    expect(jsonOf(await at('dlq', 'list', '--json'))).toMatchObject({ total: 2 });
  });

  it('refuses to purge what nobody chose, and purges what is chosen and confirmed', async () => {
    await leaveDeadLetters(place, 3);
    const [all, unsure] = [await at('dlq', 'purge', '--yes'), await at('dlq', 'purge', '--all')];
    expect([all.code, unsure.code]).toEqual([2, 2]);
    expect(unsure.err).toContain('Forget 3 dead letters for good?');
    expect(await at('dlq', 'purge', '--older-than', '1h', '--yes')).toMatchObject({
      out: '0 dead letters forgotten.\n',
    });
    expect(await at('dlq', 'purge', '--task', 'send-email', '--yes')).toMatchObject({
      out: '3 dead letters forgotten.\n',
    });
    expect(jsonOf(await at('dlq', 'list', '--json'))).toMatchObject({ total: 0 });
  });

  it('corrects a payload and retries it; where the app is given, its schema has a say', async () => {
    const [id = ''] = await leaveDeadLetters(place, 1);
    const wrong = await atShop(place, 'dlq', 'edit', id, '--payload', '{"to":7}', '--yes');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('TASKS_VALIDATION');
    expect(await at('dlq', 'edit', id, '--payload', '{to', '-y')).toMatchObject({ code: 2 });
    expect(jsonOf(await at('dlq', 'list', '--json'))).toMatchObject({ total: 1 });
    const right = await atShop(
      place,
      'dlq',
      'edit',
      id,
      '--payload',
      '{"to":"ada@example.com"}',
      '--yes',
      '--json',
    );
    expect(jsonOf(right)).toMatchObject({ id, status: 'pending', payload: { to: 'ada@example.com' } });
  });
});
