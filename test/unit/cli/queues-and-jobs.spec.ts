import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { cellsOf, CommandBench, type Said } from './command-bench.js';

interface QueueList {
  readonly items: readonly { readonly queue: string; readonly paused: boolean; readonly counts: object }[];
  readonly hidden: readonly string[];
}

interface JobList {
  readonly items: readonly { readonly id: string; readonly name: string; readonly status: string }[];
  readonly cursor: string | null;
}

const two = { queues: [{ name: 'bulk' }] };

/** Jobs a to e of `default`, one each millisecond. */
async function withFive(): Promise<{ bench: CommandBench; ids: readonly string[] }> {
  const bench = await CommandBench.open(two);
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    ids.push((await bench.stage.queue.enqueue(name, { name })).id);
    await bench.stage.clock.advance(1);
  }
  return { bench, ids };
}

/** The names of what each page has, from the first to the last. */
async function allPages(bench: CommandBench, line: string): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: JobList = await bench.json<JobList>(cursor === null ? line : `${line} --cursor ${cursor}`);
    pages.push(namesIn(page));
    ({ cursor } = page);
  } while (cursor !== null);
  return pages;
}

const namesIn = ({ items }: JobList): string[] => items.map(({ name }) => name);

describe('queues', () => {
  it('shows each with how many jobs are in each state', async () => {
    const { bench } = await withFive();
    await bench.stage.fail();
    const { code, out } = await bench.type('queues');
    const [head, ...rows] = cellsOf(out);
    expect(code).toBe(0);
    expect(head?.slice(0, 4)).toEqual(['QUEUE', 'BACKEND', 'PENDING', 'SCHEDULED']);
    expect(rows.map(([queue = '']) => queue).toSorted()).toEqual(['bulk', 'default', 'urgent']);
    const counts = rows.find(([queue]) => queue === 'default')?.slice(2, 10);
    expect(counts).toEqual(['4', '0', '0', '0', '0', '0', '1', '0']);
  });

  it('shows those that are named, and nothing of what is hidden', async () => {
    const bench = await CommandBench.open(two);
    const { items, hidden } = await bench.json<QueueList>('queues --queue bulk');
    expect([items.map(({ queue }) => queue), hidden]).toEqual([['bulk'], []]);
  });

  it.each([
    ['pause', 'Queue bulk is paused.\n', true],
    ['resume', 'Queue bulk goes on.\n', false],
  ])('%s says so, and the list shows it', async (verb, said, isPaused) => {
    const bench = await CommandBench.open(two);
    if (!isPaused) await bench.type('queues pause bulk');
    expect((await bench.type(`queues ${verb} bulk`)).out).toBe(said);
    const { items } = await bench.json<QueueList>('queues --queue bulk');
    expect(items).toMatchObject([{ queue: 'bulk', paused: isPaused }]);
    expect((await bench.type('queues')).out.includes('bulk (paused)')).toBe(isPaused);
  });

  it('names the nearest to one that is not there', async () => {
    const bench = await CommandBench.open(two);
    const { code, err } = await bench.type('queues pause blk');
    expect([code, err]).toEqual([5, expect.stringMatching(/TASKS_UNKNOWN_QUEUE.*blk.*bulk/s)]);
  });

  it('refuses to look at what is in the memory of another process', async () => {
    const bench = await CommandBench.open({ capabilities: { records: 'process', durability: 'none' } });
    const { code, err } = await bench.type('queues');
    expect([code, err]).toEqual([4, expect.stringContaining('Use Redis or PostgreSQL')]);
  });
});

describe('jobs list', () => {
  it('shows the newest first as a table', async () => {
    const { bench, ids } = await withFive();
    const [head, ...rows] = cellsOf((await bench.type('jobs list')).out);
    expect(head).toEqual(['ID', 'TASK', 'QUEUE', 'STATE', 'RUNS', 'WHEN', 'ERROR']);
    expect(rows.map(([id]) => id)).toEqual(ids.toReversed());
    expect(rows[0]?.slice(1, 5)).toEqual(['e', 'default', 'pending', '0']);
  });

  it.each([
    ['--oldest', ['a', 'b', 'c', 'd', 'e']],
    ['--limit 2', ['e', 'd']],
    ['--task c', ['c']],
    ['--state running', []],
    ['--state pending,failed --oldest --limit 1', ['a']],
    ['--queue bulk', []],
  ])('chooses them by %s', async (options, expected) => {
    const { bench } = await withFive();
    expect(namesIn(await bench.json<JobList>(`jobs list ${options}`))).toEqual(expected);
  });

  it('goes on page by page to the end, each job once', async () => {
    const { bench } = await withFive();
    expect(await allPages(bench, 'jobs list --queue default --limit 2')).toEqual([
      ['e', 'd'],
      ['c', 'b'],
      ['a'],
    ]);
  });

  it('counts its limit over all queues, and goes on page by page through all of them', async () => {
    const { bench } = await withFive();
    for (const name of ['f', 'g']) {
      await bench.stage.side.queues.get('bulk').enqueue(name, { name });
      await bench.stage.clock.advance(1);
    }
    await bench.stage.queue.enqueue('h', { name: 'h' });
    expect(await allPages(bench, 'jobs list --limit 3')).toEqual([
      ['h', 'g', 'f'],
      ['e', 'd', 'c'],
      ['b', 'a'],
    ]);
    expect(await allPages(bench, 'jobs list --oldest --limit 7')).toEqual([
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      ['h'],
    ]);
  });

  it('tells a person how to go on', async () => {
    const { bench } = await withFive();
    expect((await bench.type('jobs list --queue default --limit 2')).err).toMatch(
      /There are more: --cursor \S+/,
    );
    expect((await bench.type('jobs list --limit 5')).err).toBe('');
  });

  it.each(['x', btoa('5'), btoa('{"default":5}')])('refuses the cursor %s, which is none', async (cursor) => {
    const { bench } = await withFive();
    expect(await bench.type(['jobs', 'list', '--cursor', cursor])).toMatchObject({
      code: 2,
      err: expect.stringContaining('That is no --cursor.'),
    });
  });

  it.each([
    ['--state faild', 'did you mean failed?'],
    ['--limit 0', 'Write a whole number, 1 or more.'],
    ['--limit 1001', '1,000 is the most'],
    ['--older-than 10', 'Write it with its unit: 10s, 10ms.'],
    ['--queue a,,b', 'Write names with commas between them'],
    ['--sate failed', 'Did you mean --state?'],
  ])('refuses %s with what is wrong with it', async (option, said) => {
    const { bench } = await withFive();
    const { code, out, err } = await bench.type(`jobs list ${option}`);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(said)]);
  });
});

describe('a command line that cannot be read', () => {
  it.each([
    ['jobs list --state faild', 'did you mean failed?'],
    ['jobs list --older-than 10', 'Write it with its unit: 10s, 10ms.'],
    ['jobs list --sate failed', "Unknown option '--sate' (Did you mean --state?)"],
    ['jobs show', "Missing required argument 'id'"],
    ['jobs lst', "Unknown command 'lst' (Did you mean list?)"],
    ['jobs', 'A command is missing'],
    ['queues --url', "Option '-u, --url <url>' argument missing"],
  ])('is one error in JSON: %s', async (line, said) => {
    const { bench } = await withFive();
    const { code, out, err } = await bench.type(['--json', ...line.split(' ')]);
    expect([code, out]).toEqual([2, '']);
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'TASKS_COMMAND',
        message: expect.stringContaining(said),
        remedy: expect.stringContaining('nest-tasks help'),
        exitCode: 2,
      },
    });
  });
});

describe('jobs show', () => {
  it('shows all that is known of one', async () => {
    const { bench, ids } = await withFive();
    const { out } = await bench.type(`jobs show ${ids[0]}`);
    expect(out).toMatch(/^id +\S+$/m);
    expect(out).toMatch(/^task +a$/m);
    expect(out).toMatch(/^runs +0 of at most \d+$/m);
    expect(out).toContain('"name": "a"');
    expect(await bench.json(`jobs show ${ids[0]}`)).toMatchObject({ id: ids[0], payload: { name: 'a' } });
  });

  it('looks on the queue that is named alone', async () => {
    const { bench, ids } = await withFive();
    expect((await bench.type(`jobs show ${ids[0]} --queue bulk`)).code).toBe(5);
    expect((await bench.type(`jobs show ${ids[0]} --queue default`)).code).toBe(0);
  });
});

describe('jobs cancel', () => {
  it('cancels at a yes', async () => {
    const { bench, ids } = await withFive();
    const { code, out, err } = await bench.type(`jobs cancel ${ids[0]}`, { isThere: true, answers: 'y' });
    expect(err).toContain(`Cancel job ${ids[0]}? [y/N]`);
    expect([code, cellsOf(out)[1]]).toEqual([0, [ids[0], 'cancelled']]);
    expect((await bench.stage.queue.get(ids[0] as string))?.status).toBe('cancelled');
  });

  it('asks about several at once, and cancels none without a yes', async () => {
    const { bench, ids } = await withFive();
    const refused = await bench.type(`jobs cancel ${ids[0]} ${ids[1]}`);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Cancel 2 jobs?')]);
    expect((await bench.stage.queue.get(ids[0] as string))?.status).toBe('pending');
  });

  it('says what each that it could not cancel is', async () => {
    const { bench } = await withFive();
    const done = await bench.stage.run({ kind: 'completed' });
    const { code, out } = await bench.type(`jobs cancel --yes ${done.id} nobody`);
    expect(code).toBe(5);
    expect(cellsOf(out).slice(1)).toEqual([
      [done.id, 'is completed already'],
      ['nobody', 'not found'],
    ]);
  });
});

describe('jobs retry', () => {
  it('puts a failed job back with all its attempts', async () => {
    const bench = await CommandBench.open();
    const id = await bench.leaveDead('mail');
    expect(await bench.json(`jobs retry ${id}`)).toEqual({ items: [{ id, verdict: 'retried' }] });
    expect(await bench.json(`jobs show ${id}`)).toMatchObject({ status: 'pending', attempt: 0 });
  });
});

describe('stats', () => {
  const lookOf = ({ out }: Said) => JSON.parse(out) as { total: { counts: { pending: number } } };

  it('adds the queues up', async () => {
    const { bench } = await withFive();
    await bench.stage.side.queues.get('bulk').enqueue('f');
    const said = await bench.type('stats');
    expect(cellsOf(said.out).at(-1)?.slice(0, 2)).toEqual(['all', '6']);
    expect(lookOf(await bench.type('stats --json')).total.counts.pending).toBe(6);
  });

  it('watches again and again, with what has changed since the look before', async () => {
    const { bench } = await withFive();
    const { backend } = bench.stage.queue;
    const inspect = backend.inspect.bind(backend);
    vi.spyOn(backend, 'inspect').mockImplementationOnce(async (queues) => {
      const found = await inspect(queues);
      for (const name of ['f', 'g']) await bench.stage.queue.enqueue(name);
      return found;
    });
    const { out } = await bench.type('stats --watch --json --count 2 --interval 1ms');
    const looks = out.trim().split('\n');
    const totals = looks.map((look) => (JSON.parse(look) as { total: object }).total);
    expect(totals).toMatchObject([{ waitingChange: null }, { waitingChange: 2 }]);
  });

  it('prints frame below frame in a pipeline, and draws them over each other at a terminal', async () => {
    const { bench } = await withFive();
    const line = 'stats --watch --count 2 --interval 1ms';
    const plain = (await bench.type(line)).out;
    expect(plain.match(/^QUEUE/gm)).toHaveLength(2);
    expect(plain).not.toContain('\u001B[');
    const drawn = (await bench.type(line, { isThere: true, env: { NO_COLOR: '1' } })).out;
    expect(drawn).toContain('\u001B[2K');
  });

  /** What is left of a view when its sequences are taken out. */
  const linesOf = ({ out }: Said): string[] => stripVTControlCharacters(out).trimEnd().split('\n');

  it.each([
    [
      200,
      /^QUEUE BACKEND PENDING SCHEDULED WAITING RUNNING RETRYING COMPLETED FAILED CANCELLED OLDEST CHANGE$/,
    ],
    // How wide the age is, the day says on which the test runs.
    [80, /^QUEUE BACKEND PENDING RUNNING (RETRYING )?COMPLETED FAILED OLDEST CHANGE$/],
    [40, /^QUEUE PENDING RUNNING FAILED$/],
  ])('shows on %i columns what there is room for', async (columns, head) => {
    const { bench } = await withFive();
    await bench.stage.fail();
    await bench.stage.run({ kind: 'completed' });
    const person = { isThere: true, env: { NO_COLOR: '1' }, columns };
    const [, titles = '', ...rows] = linesOf(await bench.type('stats --watch --count 1', person));
    expect(titles.trim().split(/ +/).join(' ')).toMatch(head);
    expect([titles, ...rows].filter((line) => line.length > columns)).toEqual([]);
  });

  it('cuts the name of a queue that leaves no room for its numbers', async () => {
    const bench = await CommandBench.open({ queues: [{ name: 'q'.repeat(60) }] });
    const person = { isThere: true, env: { NO_COLOR: '1' }, columns: 40 };
    const lines = linesOf(await bench.type('stats --watch --count 1', person)).slice(1);
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^q{13}… +0 +0 +0$/));
  });

  it('shows of more queues than a terminal has lines the busiest, with the sum of all', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `queue-${at}`);
    const bench = await CommandBench.open({ queues: names.map((name) => ({ name })) });
    await bench.stage.side.queues.get('queue-57').enqueue('a');
    const person = { isThere: true, env: { NO_COLOR: '1' } };
    const lines = linesOf(await bench.type('stats --watch --count 1', person));
    expect(lines.length).toBeLessThan(50);
    expect(lines.find((line) => line.startsWith('queue-57 '))).toBeDefined();
    expect(lines.find((line) => line.startsWith('all '))).toMatch(/^all +1 /);
    expect(lines.at(-1)).toMatch(/^The busiest; \d+ more: --queue$/);
  });

  it('ends well when it is interrupted', async () => {
    const { bench } = await withFive();
    const inspect = bench.stage.queue.backend.inspect.bind(bench.stage.queue.backend);
    bench.stage.queue.backend.inspect = (queues) => {
      setImmediate(() => process.emit('SIGINT'));
      return inspect(queues);
    };
    const { code, out } = await bench.type('stats --watch --interval 1h');
    expect([code, out.match(/^QUEUE/gm)]).toEqual([0, ['QUEUE']]);
  });
});
