import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CTRL_C, TerminalRun } from './in-terminal.js';
import { BROKERS, leaveDeadLetters, openShop, type Place, type Shop } from './shop.js';

const [redis] = BROKERS as [(typeof BROKERS)[number]];

describe('nest-tasks on a terminal', { timeout: 60_000 }, () => {
  let place: Place;
  beforeEach(async () => {
    place = await redis.place();
  });
  afterEach(() => place.dispose());

  async function opened(): Promise<Shop> {
    const shop = await openShop(place, false);
    onTestFinished(() => shop.close());
    return shop;
  }
  async function run(args: readonly string[], env: Record<string, string> = {}): Promise<TerminalRun> {
    const command = await TerminalRun.start([...args, ...place.address], env);
    onTestFinished(() => command.kill());
    return command;
  }
  const stateOf = async ({ tasks }: Shop, id: string): Promise<string | undefined> =>
    (await tasks.get(id))?.status;

  it('`stats --watch` draws the queues in place, with what has changed, until Ctrl+C', async () => {
    const shop = await opened();
    await shop.enqueue('ada@example.com');
    const watch = await run(['stats', '--watch', '--interval', '100ms', '--queue', 'mails']);
    await watch.shows(/mails +\w+ +1 /);
    const before = watch.screen.length;
    await shop.enqueue('bob@example.com', 'cy@example.com');
    await watch.shows(/mails +\w+ +3 .*\+2/, before);
    // A line that was drawn is erased, and drawn anew.
    expect(watch.screen.slice(before)).toContain('\u001b[2K');
    watch.type(CTRL_C);
    expect(await watch.end()).toBe(0);
  });

  it('`stats --watch` prints below what it printed before where the terminal has no size', async () => {
    await (await opened()).enqueue('ada@example.com');
    const args = ['stats', '--watch', '--interval', '20ms', '--count', '2', ...place.address];
    const watch = await TerminalRun.start(args, {}, { columns: 0, rows: 0 });
    expect(await watch.end()).toBe(0);
    expect(watch.screen.match(/QUEUE/g)).toHaveLength(2);
  });

  it('colours what it shows, unless NO_COLOR is set', async () => {
    await (await opened()).enqueue('ada@example.com');
    const [plain, coloured] = [await run(['queues'], { NO_COLOR: '1' }), await run(['queues'])];
    await Promise.all([plain.end(), coloured.end()]);
    expect(coloured.screen).toContain('\u001b[');
    expect(plain.screen).not.toContain('\u001b[');
  });

  it.each([
    ['y\r', 0, 'cancelled'],
    ['n\r', 2, 'pending'],
    ['\r', 2, 'pending'],
    [CTRL_C, 130, 'pending'],
  ])('asks before it cancels a job: %j ends it with %i, and the job is %s', async (keys, code, state) => {
    const shop = await opened();
    const [id = ''] = await shop.enqueue('ada@example.com');
    const cancel = await run(['jobs', 'cancel', id]);
    await cancel.shows(/Cancel job \S+\? \[y\/N\]/);
    cancel.type(keys);
    expect(await cancel.end()).toBe(code);
    expect(await stateOf(shop, id)).toBe(state);
  });

  it('asks before it forgets dead letters, and says how many', async () => {
    const [id = ''] = await leaveDeadLetters(place, 2);
    const purge = await run(['dlq', 'purge', '--all']);
    await purge.shows(/Forget 2 dead letters for good\? \[y\/N\]/);
    purge.type('y\r');
    expect(await purge.end()).toBe(0);
    expect(await stateOf(await opened(), id)).toBeUndefined();
  });

  describe('`dlq edit` opens $EDITOR', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'an-editor-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    /** A program that does this with the file that it is given. */
    async function editor(body: string): Promise<string> {
      const file = join(folder, 'editor.mjs');
      const script = `import { readFileSync, writeFileSync } from 'node:fs';\nconst file = process.argv.at(-1);\n${body}\n`;
      await writeFile(file, script);
      return `${process.execPath} ${file} --wait`;
    }
    const CORRECTS = `writeFileSync(file, readFileSync(file, 'utf8').replace(/"nobody@[^"]*"/, '"ada@example.com"'));`;

    it('with the payload in it, and retries with what was saved when that is confirmed', async () => {
      const [id = ''] = await leaveDeadLetters(place, 1);
      const edit = await run(['dlq', 'edit', id], { EDITOR: await editor(CORRECTS) });
      await edit.shows(/Replace the payload of send-email \S+ and retry it\? \[y\/N\]/);
      edit.type('y\r');
      expect(await edit.end()).toBe(0);
      const job = await (await opened()).tasks.get(id);
      expect(job).toMatchObject({ status: 'pending', payload: { to: 'ada@example.com' } });
    });

    it.each([
      ['saves nothing', '', /Nothing was changed/],
      ['fails', 'process.exit(7);', /The editor .* failed/],
      ['saves what is no JSON', `writeFileSync(file, '{to');`, /The payload is no JSON/],
    ])('and leaves the dead letter as it was when it %s', async (_, body, said) => {
      const [id = ''] = await leaveDeadLetters(place, 1);
      const edit = await run(['dlq', 'edit', id], { EDITOR: await editor(body) });
      expect(await edit.end()).toBe(2);
      expect(edit.screen).toMatch(said);
      expect(await stateOf(await opened(), id)).toBe('failed');
    });
  });
});
