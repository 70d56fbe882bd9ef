import { describe, expect, it } from 'vitest';
import { BackendSet, createMemoryBackend, TaskBackendRegistry } from '../../../lib/backends/index.js';
import { systemClock, type TaskBackend } from '../../../lib/contract/index.js';

interface Fault {
  readonly open?: Error;
  readonly close?: Error;
}

/** Makes sets of backends that write down when they are opened and closed. */
function witnessed(faults: Record<string, Fault> = {}) {
  const told: string[] = [];
  const registry = new TaskBackendRegistry();
  const keepers = new Map<string, TaskBackend | undefined>();
  registry.register('witness', ({ state, ...options }): TaskBackend => {
    keepers.set(options.name, state);
    const backend = createMemoryBackend(options);
    const { name } = options;
    const note = (word: 'open' | 'close', call: () => Promise<void>) => async () => {
      told.push(`${word} ${name}`);
      const fault = faults[name]?.[word];
      if (fault !== undefined) throw fault;
      await call.call(backend.queue);
    };
    backend.queue.open = note('open', backend.queue.open);
    backend.queue.close = note('close', backend.queue.close);
    return backend;
  });
  /** `a*`: the primary one; `a>b`: `b` keeps its state. */
  const create = (...words: string[]) =>
    BackendSet.create(registry, {
      backends: words.map((word) => {
        const [name = '', state] = word.split('>');
        return {
          name: name.replace('*', ''),
          primary: name.endsWith('*'),
          type: 'witness',
          options: {},
          state,
        };
      }),
      clock: systemClock,
      connect: { onBoot: 'fail', timeout: 30_000 },
      logger: { log: () => undefined, warn: () => undefined },
    });
  return { told, create, registry, keepers };
}

describe('BackendSet', () => {
  it('hands each backend the logger of the app', async () => {
    const logger = { log: () => undefined, warn: () => undefined };
    const registry = new TaskBackendRegistry();
    const loggers: unknown[] = [];
    registry.register('logged', (options) => {
      loggers.push(options.logger);
      return createMemoryBackend(options);
    });
    const backends = ['a', 'b'].map((name) => ({ name, primary: name === 'a', type: 'logged', options: {} }));
    await BackendSet.create(registry, {
      backends,
      clock: systemClock,
      connect: { onBoot: 'fail', timeout: 30_000 },
      logger,
    });
    expect(loggers).toEqual([logger, logger]);
  });

  it('finds each backend by its name, in the order of the configuration', async () => {
    const set = await witnessed().create('a', 'b');
    expect(set.entries().map(([name]) => name)).toEqual(['a', 'b']);
    expect(set.get('b')).toBe(set.entries()[1]?.[1]);
  });

  it('takes the flagged one for the primary, else the first', async () => {
    const { create } = witnessed();
    const [flagged, plain] = [await create('a', 'b*'), await create('a', 'b')];
    expect(flagged.primary).toBe(flagged.get('b'));
    expect(plain.primary).toBe(plain.get('a'));
  });

  it('says which backends there are when asked for another', async () => {
    const set = await witnessed().create('a', 'b');
    expect(() => set.get('c')).toThrow('There is no backend "c". Known: a, b.');
  });

  it('refuses two of one name, and none at all', async () => {
    const { create } = witnessed();
    await expect(create('a', 'a')).rejects.toMatchObject({ code: 'TASKS_INVALID_BACKEND' });
    await expect(create()).rejects.toMatchObject({ code: 'TASKS_INVALID_BACKEND' });
  });

  it('makes backends without opening them', async () => {
    const { told, create } = witnessed();
    await create('a');
    expect(told).toEqual([]);
  });

  it('opens all at once and closes them in reverse order', async () => {
    const { told, create } = witnessed();
    const set = await create('a', 'b', 'c');
    await set.open();
    await set.close();
    expect(told).toEqual(['open a', 'open b', 'open c', 'close c', 'close b', 'close a']);
  });

  it('makes, opens and closes each one after, and before, the one that keeps its state', async () => {
    const { told, create, keepers } = witnessed();
    const set = await create('mover>store', 'other>primary', 'store*');
    await set.open();
    await set.close();
    expect(keepers.get('mover')).toBe(set.get('store'));
    expect(keepers.get('other')).toBe(set.primary);
    expect(keepers.get('store')).toBeUndefined();
    expect(told).toEqual([
      'open store',
      'open mover',
      'open other',
      'close other',
      'close mover',
      'close store',
    ]);
    expect(set.entries().map(([name]) => name)).toEqual(['mover', 'other', 'store']);
  });

  it('takes a backend that is called primary for it before the primary one', async () => {
    const { create, keepers } = witnessed();
    const set = await create('store*', 'primary', 'mover>primary');
    expect(keepers.get('mover')).toBe(set.get('primary'));
  });

  it('refuses a state that is not there, and one that leads in a circle', async () => {
    const { create } = witnessed();
    await expect(create('a>c', 'b')).rejects.toThrow(
      'Backend "a" keeps its state in "c", which is not there. Known: a, b.',
    );
    await expect(create('a>b', 'b>a')).rejects.toMatchObject({ code: 'TASKS_INVALID_BACKEND' });
    await expect(create('a>a')).rejects.toThrow('The `state` of "a" leads in a circle');
  });

  it('opens nothing that keeps its state where nothing could be opened', async () => {
    const refused = new Error('connection refused');
    const { told, create } = witnessed({ store: { open: refused } });
    const set = await create('mover>store', 'store');
    await expect(set.open()).rejects.toBe(refused);
    expect(told).not.toContain('open mover');
  });

  it('closes the others again when one cannot be opened', async () => {
    const refused = new Error('connection refused');
    const { told, create } = witnessed({ b: { open: refused } });
    const set = await create('a', 'b');
    await expect(set.open()).rejects.toBe(refused);
    expect(told).toEqual(['open a', 'open b', 'close b', 'close a']);
  });

  it('closes every backend although one cannot be closed', async () => {
    const broken = new Error('broken pipe');
    const { told, create } = witnessed({ b: { close: broken } });
    const set = await create('a', 'b');
    await expect(set.close()).rejects.toBe(broken);
    expect(told).toEqual(['close b', 'close a']);
    await expect(set.get('a').state.get(['k'])).rejects.toMatchObject({ code: 'TASKS_CLOSED' });
  });
});
