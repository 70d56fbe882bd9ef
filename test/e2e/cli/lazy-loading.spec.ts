import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nestTasks } from './nest-tasks.js';

const RECORDER = fileURLToPath(new URL('./record-loaded.mjs', import.meta.url));
/** What takes long to load, and what only some set-ups have. */
const HEAVY = /node_modules\/(@nestjs\/|rxjs\/|zod\/|ioredis\/|pg\/|amqplib\/|typescript\/)/;

/** Which modules a command line loads, by their URLs. */
async function loadedBy(...args: string[]): Promise<readonly string[]> {
  const { err } = await nestTasks(args, { node: ['--import', RECORDER] });
  return err.split('\n').flatMap((line) => /^loaded (\S+)$/.exec(line)?.[1] ?? []);
}
const packagesIn = (urls: readonly string[]): string[] => [
  ...new Set(urls.flatMap((url) => HEAVY.exec(url)?.[1] ?? [])),
];

describe('nest-tasks', { timeout: 60_000 }, () => {
  it.each([['--help'], ['--version'], ['help'], ['quues']])(
    'loads neither Nest nor a driver for `%s`',
    async (word) => {
      const loaded = await loadedBy(word);
      expect(loaded.some((url) => url.endsWith('/commander/index.js'))).toBe(true);
      expect(packagesIn(loaded)).toEqual([]);
      expect(loaded.filter((url) => url.includes('/dist/')).length).toBeLessThan(60);
    },
  );

  it('loads the driver of the broker that is meant, and no other', async () => {
    const loaded = packagesIn(await loadedBy('queues', '--url', 'redis://127.0.0.1:1'));
    expect(loaded).toEqual(expect.arrayContaining(['@nestjs/', 'ioredis/']));
    expect(loaded).not.toContain('pg/');
    expect(loaded).not.toContain('amqplib/');
  });
});
