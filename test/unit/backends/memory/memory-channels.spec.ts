import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryChannels } from '../../../../lib/backends/memory/memory-channels.js';

const later = (): Promise<void> => Promise.resolve();

afterEach(() => {
  vi.restoreAllMocks();
});

describe('channels', () => {
  it('deliver after the call that publishes, in order', async () => {
    const channels = new MemoryChannels();
    const heard: unknown[] = [];
    channels.watch('news', (message) => heard.push(message));
    channels.publish('news', 'one');
    channels.publish('news', 'two');
    expect(heard).toEqual([]);
    await later();
    expect(heard).toEqual(['one', 'two']);
  });

  it('deliver once to each watch, also where one function watches twice', async () => {
    const channels = new MemoryChannels();
    const listener = vi.fn<(message: unknown) => void>();
    const end = channels.watch('news', listener);
    channels.watch('news', listener);
    channels.publish('news', 'both');
    await later();
    expect(listener).toHaveBeenCalledTimes(2);
    end();
    channels.publish('news', 'one');
    await later();
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('deliver nothing to a watch that ended while the message was under way', async () => {
    const channels = new MemoryChannels();
    const listener = vi.fn<(message: unknown) => void>();
    const end = channels.watch('news', listener);
    channels.publish('news', 'late');
    end();
    await later();
    expect(listener).not.toHaveBeenCalled();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken')) as never],
  ])('reach the others when one listener %s', async (_, broken) => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const channels = new MemoryChannels();
    const listener = vi.fn<(message: unknown) => void>();
    channels.watch('news', broken);
    channels.watch('news', listener);
    channels.publish('news', 'x');
    await later();
    await later();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(warning).toHaveBeenCalledTimes(1);
  });

  it('give each watch bytes of its own', async () => {
    const channels = new MemoryChannels();
    const heard: Uint8Array[] = [];
    for (let n = 0; n < 2; n++) channels.watch('news', (message) => heard.push(message as Uint8Array));
    const sent = new Uint8Array([1]);
    channels.publish('news', sent);
    sent[0] = 9;
    await later();
    expect(heard).toEqual([new Uint8Array([1]), new Uint8Array([1])]);
    expect(heard[0]).not.toBe(heard[1]);
  });

  it('keep nothing of a channel that nobody watches any more', () => {
    const channels = new MemoryChannels();
    const ends = [1, 2].map(() => channels.watch('news', () => undefined));
    for (const end of ends) end();
    channels.publish('news', 'nobody');
    expect(channels.size).toBe(0);
  });
});
