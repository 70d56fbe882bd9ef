import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ended, jsonOf, nestTasks, startNestTasks, warmNestTasks } from './nest-tasks.js';
import { atShop, BROKERS, type Place } from './shop.js';

const [redis] = BROKERS as [(typeof BROKERS)[number]];

describe('A command of the app', { timeout: 60_000 }, () => {
  let place: Place;
  beforeEach(async () => {
    place = await redis.place();
  });
  afterEach(() => place.dispose());

  it('runs in the app, with what it injects, and prints as the others do', async () => {
    const run = await atShop(place, 'greet', 'ada@example.com', '--json');
    expect(run).toMatchObject({ code: 0, err: '' });
    const { id } = jsonOf<{ id: string }>(run);
    const shown = await warmNestTasks(['jobs', 'show', id, '--json', ...place.address]);
    expect(jsonOf(shown)).toMatchObject({ status: 'pending' });
  });

  it('takes options of its own, and ends with the code that it gives', async () => {
    const [dry, without] = await Promise.all([
      atShop(place, 'greet', 'ada@example.com', '--dry-run'),
      atShop(place, 'greet'),
    ]);
    expect(dry).toMatchObject({ code: 1, out: 'Would greet ada@example.com.\n' });
    expect(without).toMatchObject({ code: 2 });
  });

  it('stands in the help where the app is named', async () => {
    expect((await atShop(place, '--help')).out).toContain('Sends a first e-mail (of the app)');
    expect((await warmNestTasks(['--help'])).out).not.toContain('greet');
  });
});

describe('nest-tasks', { timeout: 60_000 }, () => {
  it('says what to do where nothing says where the tasks are', async () => {
    const { code, err } = await warmNestTasks(['queues'], { cwd: '/' });
    expect(code).toBe(2);
    expect(err).toContain('--app src/app.module.ts');
  });

  it('takes the address from the variables that the app reads', async () => {
    const run = await warmNestTasks(['queues'], { env: { TASKS__BACKEND__URL: 'redis://127.0.0.1:1' } });
    expect(run.code).toBe(3);
    expect(run.err).toContain('nothing listens');
  });

  it('names the command that was meant, and the file that is no module', async () => {
    expect((await warmNestTasks(['quues'])).err).toContain('Did you mean queues?');
    const { code, err } = await nestTasks(['queues', '--app', 'test/e2e/cli/skewed-clock.mjs']);
    expect(code).toBe(2);
    expect(err).toContain('exports no Nest module');
  });

  it('ends in peace when its reader has seen enough', async () => {
    const place = await redis.place();
    const child = await startNestTasks(['stats', '--watch', '--interval', '20ms', ...place.address]);
    const end = ended(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.stdout?.destroy();
    await expect(end).resolves.toMatchObject({ code: 0, err: '' });
    await place.dispose();
  });

  it('colours nothing where no terminal is, and watches a line at a time', async () => {
    const place = await redis.place();
    const run = await nestTasks([
      'stats',
      '--watch',
      '--interval',
      '20ms',
      '--count',
      '3',
      '--json',
      ...place.address,
    ]);
    expect(
      run.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { total: { queue: string } }).total.queue),
    ).toEqual(['all', 'all', 'all']);
    expect((await nestTasks(['--help'])).out).not.toContain('\u001b[');
    await place.dispose();
  });
});
