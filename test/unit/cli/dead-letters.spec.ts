import { describe, expect, it, vi } from 'vitest';
import { cellsOf, CommandBench } from './command-bench.js';

interface Listed {
  readonly items: readonly { readonly name: string; readonly id: string }[];
  readonly total: number;
  readonly groups: readonly { task: string; error: string; count: number }[];
}

/** Three dead letters, the last on another queue. */
async function withThree(): Promise<{ bench: CommandBench; ids: readonly string[] }> {
  const bench = await CommandBench.open({ queues: [{ name: 'bulk' }] });
  const ids = [
    await bench.leaveDead('mail', 'no route to host'),
    await bench.leaveDead('report', 'out of paper'),
    await bench.leaveDead('mail', 'no such user', 'bulk'),
  ];
  return { bench, ids };
}

const statusOf = async ({ stage }: CommandBench, id: string, queue = 'default') =>
  (await stage.side.queues.get(queue).get(id))?.status;

describe('dlq list', () => {
  it('shows the newest first as a table, and counts them by task and error on stderr', async () => {
    const { bench, ids } = await withThree();
    const { code, out, err } = await bench.type('dlq list');
    const [head, ...rows] = cellsOf(out);
    expect(code).toBe(0);
    expect(head).toEqual(['ID', 'TASK', 'QUEUE', 'RUNS', 'WHEN', 'ERROR']);
    expect(rows.map(([id]) => id)).toEqual(ids.toReversed());
    expect(rows[0]?.slice(1, 4)).toEqual(['mail', 'bulk', '1']);
    expect(rows[0]?.at(-1)).toBe('Error: no such user');
    expect(err).toBe('2 of mail with Error\n1 of report with Error\n');
  });

  it('shows as many as are wanted, and counts all', async () => {
    const { bench } = await withThree();
    const { out, err } = await bench.type('dlq list --limit 1');
    expect(cellsOf(out)).toHaveLength(2);
    expect(err).toContain('1 of 3 are shown.');
    expect(await bench.json<Listed>('dlq list --limit 1')).toMatchObject({
      items: [{ name: 'mail' }],
      total: 3,
      groups: [
        { task: 'mail', error: 'Error', count: 2 },
        { task: 'report', error: 'Error', count: 1 },
      ],
    });
  });

  it('says of a limit that is too high what it has, which is no cursor', async () => {
    const { bench } = await withThree();
    const { code, err } = await bench.type('dlq list --limit 1001');
    expect([code, err]).toEqual([2, expect.stringContaining('1,000 is the most; choose among them')]);
  });

  it.each([
    ['--task mail', ['mail', 'mail']],
    ['--queue bulk', ['mail']],
    ['--queue bulk,default', ['mail', 'report', 'mail']],
    ['--error paper', ['report']],
    ['--error Error', ['mail', 'report', 'mail']],
    ['--error TypeError', []],
    ['--task report --queue bulk', []],
    ['--older-than 1h', []],
  ])('chooses them by %s', async (filter, expected) => {
    const { bench } = await withThree();
    const { items, total } = await bench.json<Listed>(`dlq list ${filter}`);
    expect(items.map(({ name }) => name)).toEqual(expected);
    expect(total).toBe(expected.length);
  });

  it('finds what failed long enough ago, by the clock of the store', async () => {
    const { bench } = await withThree();
    await bench.stage.clock.advance(3_600_000);
    await bench.leaveDead('fresh');
    expect((await bench.json<Listed>('dlq list --older-than 1h')).total).toBe(3);
  });

  it('goes on over all pages of a queue', async () => {
    const bench = await CommandBench.open();
    for (let at = 0; at < 501; at++) await bench.leaveDead('many');
    expect((await bench.json<Listed>('dlq list --limit 1')).total).toBe(501);
  });

  it('says that there is none', async () => {
    const bench = await CommandBench.open();
    expect((await bench.type('dlq list')).out).toBe('There is no dead letter like that.\n');
  });
});

describe('dlq show', () => {
  it('shows payload, error and state of one, and the same record as JSON', async () => {
    const { bench, ids } = await withThree();
    const { out } = await bench.type(`dlq show ${ids[1]}`);
    expect(out).toMatch(/^task +report$/m);
    expect(out).toMatch(/^state +failed/m);
    expect(out).toContain('"for": "report"');
    expect(out).toContain('Error: out of paper');
    expect(await bench.json(`dlq show ${ids[1]}`)).toMatchObject({
      job: { id: ids[1], name: 'report' },
      error: { message: 'out of paper' },
    });
  });

  it('does not find a job that has not failed', async () => {
    const bench = await CommandBench.open();
    const { id } = await bench.stage.queue.enqueue('mail', {});
    expect(await bench.type(`dlq show ${id}`)).toMatchObject({ code: 5, out: '' });
  });
});

describe('dlq retry', () => {
  it('puts back those that are named, and says which it did not find', async () => {
    const { bench, ids } = await withThree();
    const { code, out } = await bench.type(`dlq retry ${ids[0]} nobody`);
    expect(code).toBe(5);
    expect(cellsOf(out).slice(1)).toEqual([
      [ids[0], 'retried'],
      ['nobody', 'not found'],
    ]);
    expect(await statusOf(bench, ids[0] as string)).toBe('pending');
  });

  it('says of a job that has not failed what it is', async () => {
    const bench = await CommandBench.open();
    const { id } = await bench.stage.queue.enqueue('mail', {});
    expect((await bench.type(`dlq retry ${id}`)).out).toContain('is pending, and no dead letter');
  });

  it('needs to be told which', async () => {
    const { bench, ids } = await withThree();
    const { code, err } = await bench.type('dlq retry');
    expect([code, err]).toEqual([2, expect.stringContaining('Nothing says which dead letters.')]);
    expect(await statusOf(bench, ids[0] as string)).toBe('failed');
  });

  it('chooses by filters, and leaves the others', async () => {
    const { bench, ids } = await withThree();
    expect((await bench.type('dlq retry --error paper')).out).toBe('1 of 1 dead letter retried.\n');
    expect(await statusOf(bench, ids[1] as string)).toBe('pending');
    expect(await statusOf(bench, ids[0] as string)).toBe('failed');
  });

  it('only says how many with --dry-run', async () => {
    const { bench, ids } = await withThree();
    expect((await bench.type('dlq retry --all --dry-run')).out).toBe('3 dead letters would be retried.\n');
    expect(await bench.json('dlq retry --all --limit 2 --dry-run')).toEqual({ wouldRetry: 2 });
    for (const [at, id] of ids.entries())
      expect(await statusOf(bench, id, at === 2 ? 'bulk' : 'default')).toBe('failed');
  });

  it('stops at its limit, over several queues', async () => {
    const { bench } = await withThree();
    expect(await bench.json('dlq retry --all --limit 2')).toEqual({
      retried: 2,
      total: 2,
      interrupted: false,
    });
    expect((await bench.json<Listed>('dlq list')).total).toBe(1);
  });

  it.each(['--dry-run', '--all', '--task report', '--error x', '--older-than 1h', '--rate 1/s', '--limit 1'])(
    'does nothing where ids are given, and %s for others',
    async (option) => {
      const { bench, ids } = await withThree();
      const { code, err } = await bench.type(`dlq retry ${ids[0]} ${option}`);
      expect([code, err]).toEqual([2, expect.stringContaining(option.split(' ')[0] as string)]);
      expect(await statusOf(bench, ids[0] as string)).toBe('failed');
    },
  );

  it('takes those that are named from one queue, and not from the first of several', async () => {
    const { bench, ids } = await withThree();
    const { code, err } = await bench.type(`dlq retry ${ids[2]} --queue default,bulk`);
    expect([code, err]).toEqual([2, expect.stringContaining('several queues')]);
    expect((await bench.type(`dlq retry ${ids[2]} --queue bulk`)).code).toBe(0);
  });

  it('lets each be due again only after its delay', async () => {
    const { bench, ids } = await withThree();
    await bench.type('dlq retry --task report --delay 1h');
    expect(await statusOf(bench, ids[1] as string)).toBe('scheduled');
    await bench.stage.clock.advance(3_600_000);
    expect(await statusOf(bench, ids[1] as string)).toBe('pending');
  });

  it.each(['--all', '--all --rate 50/s'])('takes four in one call with %s', async (options) => {
    const bench = await CommandBench.open();
    for (let at = 0; at < 4; at++) await bench.leaveDead('mail');
    const retried = vi.spyOn(bench.stage.queue.backend, 'retryDead');
    await bench.type(`dlq retry ${options}`);
    expect(retried.mock.calls.map(([jobs]) => jobs.length)).toEqual([4]);
  });

  it('ends at its limit, and does not wait for the turn of one more', async () => {
    const bench = await CommandBench.open();
    for (let at = 0; at < 2; at++) await bench.leaveDead('mail');
    expect(await bench.json('dlq retry --all --rate 1/h --limit 1')).toMatchObject({ retried: 1 });
  });

  it('goes no faster than its rate', async () => {
    const bench = await CommandBench.open();
    for (let at = 0; at < 6; at++) await bench.leaveDead('mail');
    const at: number[] = [];
    const backend = bench.stage.queue.backend;
    const retryDead = backend.retryDead.bind(backend);
    vi.spyOn(backend, 'retryDead').mockImplementation((...given) => {
      at.push(performance.now());
      return retryDead(...given);
    });
    const startedAt = performance.now();
    await bench.type('dlq retry --all --rate 20/s');
    expect(at).toHaveLength(3);
    // Two portions of two jobs each come before the last; timers of Node may be a millisecond early.
    expect((at[2] as number) - startedAt).toBeGreaterThanOrEqual(198);
  });

  it('stops between two calls when it is interrupted, and says how far it came', async () => {
    const bench = await CommandBench.open();
    for (let count = 0; count < 3; count++) await bench.leaveDead('mail');
    const backend = bench.stage.queue.backend;
    const retryDead = backend.retryDead.bind(backend);
    vi.spyOn(backend, 'retryDead').mockImplementation((...given) => {
      process.emit('SIGINT');
      return retryDead(...given);
    });
    const { code, out } = await bench.type('dlq retry --all --rate 1/m --json');
    expect(code).toBe(130);
    expect(JSON.parse(out)).toEqual({ retried: 1, total: 3, interrupted: true });
  });
});

describe('dlq purge', () => {
  it('asks a person, and forgets them for good at a yes', async () => {
    const { bench } = await withThree();
    const { code, out, err } = await bench.type('dlq purge --task mail', { isThere: true, answers: 'yes' });
    expect(err).toContain('Forget 2 dead letters for good? [y/N]');
    expect([code, out]).toEqual([0, '2 dead letters forgotten.\n']);
    expect((await bench.json<Listed>('dlq list')).items.map(({ name }) => name)).toEqual(['report']);
  });

  it.each([
    ['a person says no', { isThere: true, answers: 'n' }, 'Not confirmed.'],
    ['a person just presses enter', { isThere: true, answers: '' }, 'Not confirmed.'],
    ['nobody is there to be asked', {}, 'Call it again with --yes. Nothing was done.'],
  ])('does nothing when %s', async (_, person, said) => {
    const { bench } = await withThree();
    const { code, err } = await bench.type('dlq purge --all', person);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    expect((await bench.json<Listed>('dlq list')).total).toBe(3);
  });

  it('does not ask with --yes', async () => {
    const { bench } = await withThree();
    expect(await bench.json('dlq purge --all --yes')).toEqual({ purged: 3 });
  });

  it('does not ask where there is nothing to forget', async () => {
    const bench = await CommandBench.open();
    expect((await bench.type('dlq purge --all')).out).toBe('0 dead letters forgotten.\n');
  });

  it('forgets those that are named, and never a job that has not failed', async () => {
    const { bench, ids } = await withThree();
    const { id } = await bench.stage.queue.enqueue('mail', {});
    const { code, out } = await bench.type(`dlq purge --yes ${ids[0]} ${id}`);
    expect(code).toBe(5);
    expect(cellsOf(out).slice(1)).toEqual([
      [ids[0], 'forgotten'],
      [id, 'not found'],
    ]);
    expect(await statusOf(bench, id)).toBe('pending');
  });

  it('needs to be told which', async () => {
    const { bench } = await withThree();
    expect((await bench.type('dlq purge --yes')).err).toContain('Give ids, a filter');
  });

  it.each(['--all', '--task report', '--error x', '--older-than 1h'])(
    'forgets none where ids are given, and %s for others',
    async (option) => {
      const { bench, ids } = await withThree();
      const { code, err } = await bench.type(`dlq purge --yes ${ids[0]} ${option}`);
      expect([code, err]).toEqual([2, expect.stringContaining(option.split(' ')[0] as string)]);
      expect(await statusOf(bench, ids[0] as string)).toBe('failed');
    },
  );
});
