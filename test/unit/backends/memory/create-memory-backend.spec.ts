import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../../../lib/backends/index.js';
import { systemClock } from '../../../../lib/contract/index.js';

const options = { name: 'here', type: 'memory', options: {}, clock: systemClock };

describe('the factory of memory backends', () => {
  it('makes both interfaces', () => {
    const { queue, state } = createMemoryBackend(options);
    expect(queue.capabilities.durability).toBe('none');
    expect(state.acquire).toBeTypeOf('function');
  });

  it('makes a store of its own each time', async () => {
    const [one, two] = [createMemoryBackend(options), createMemoryBackend(options)];
    await one.state.set([{ key: 'k', value: 'v' }]);
    expect(await two.state.get(['k'])).toEqual([undefined]);
  });

  it('refuses a url and options, by name', () => {
    const wrong = { ...options, url: 'redis://localhost', options: { poolSize: 4 } };
    expect(() => createMemoryBackend(wrong)).toThrow(
      expect.objectContaining({
        code: 'TASKS_INVALID_BACKEND',
        message: 'Backend "here": the memory backend takes no url, no options.poolSize.',
      }),
    );
  });

  it('says of what type a folder is', () => {
    const wrong = { ...options, options: { dataDir: './.tasks' } };
    expect(() => createMemoryBackend(wrong)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("`type: 'postgres'` beside `dataDir`") }),
    );
  });
});
