import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WakeReader } from '../../../../lib/backends/redis/wake-reader.js';

/** A connection that connects at once, and whose reads stay open until it is told to disconnect. */
class Reading extends EventEmitter {
  readonly reads: string[][] = [];
  private fail: (error: Error) => void = () => undefined;

  connect = () => Promise.resolve();
  client = () => Promise.resolve(7);

  bzpopmin(...keys: (string | number)[]): Promise<null> {
    this.reads.push(keys.slice(0, -1).map(String));
    return new Promise((_, reject) => (this.fail = reject));
  }

  disconnect(): void {
    this.fail(new Error('gone'));
    this.emit('end');
  }
}

describe('a read for wake-ups on redis', () => {
  const readers: WakeReader[] = [];
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
  });

  /** @param commands the connection for commands, when there is one */
  const open = (commands: () => { call: (...args: unknown[]) => Promise<unknown> } | undefined) => {
    const connection = new Reading();
    const reader = new WakeReader({
      make: async () => connection as unknown as Redis,
      commands: commands as unknown as () => Redis | undefined,
    });
    readers.push(reader);
    return { connection, reader };
  };
  const turn = () => sleep(1);

  it('is of all keys that are told of together, and is the only one on its connection', async () => {
    const { connection, reader } = open(() => undefined);
    for (const key of ['a', 'b', 'c']) reader.listen(key, () => undefined);
    await turn();
    expect(connection.reads).toEqual([['a', 'b', 'c']]);
  });

  it('is interrupted for a later key once the connection for commands is there', async () => {
    const call = vi.fn<() => Promise<number>>().mockResolvedValue(1);
    let commands: { call: typeof call } | undefined;
    const { reader } = open(() => commands);
    reader.listen('a', () => undefined);
    await turn();
    reader.listen('b', () => undefined);
    commands = { call };
    reader.listen('c', () => undefined);
    reader.listen('d', () => undefined);
    expect(call.mock.calls).toEqual([['CLIENT', 'UNBLOCK', 7]]);
  });

  it('is interrupted again when that has failed', async () => {
    const call = vi.fn<() => Promise<number>>().mockRejectedValueOnce(new Error('lost')).mockResolvedValue(1);
    const { reader } = open(() => ({ call }));
    reader.listen('a', () => undefined);
    await turn();
    reader.listen('b', () => undefined);
    await turn();
    reader.listen('c', () => undefined);
    expect(call).toHaveBeenCalledTimes(2);
  });

  it('is interrupted until it has arrived at the server, and then by the next key when commands were gone meanwhile', async () => {
    const call = vi.fn<() => Promise<number>>().mockResolvedValue(0);
    let commands: { call: typeof call } | undefined = { call };
    const { reader } = open(() => commands);
    reader.listen('a', () => undefined);
    await turn();
    reader.listen('b', () => undefined);
    await vi.waitFor(() => expect(call.mock.calls.length).toBeGreaterThan(1));
    commands = undefined;
    await sleep(30);
    const before = call.mock.calls.length;
    commands = { call };
    reader.listen('c', () => undefined);
    expect(call.mock.calls.length).toBe(before + 1);
  });

  it('is begun once when who is woken at a new connection wants another key', async () => {
    const connections = [new Reading(), new Reading()];
    let made = 0;
    const reader = new WakeReader({
      make: async () => connections[made++] as unknown as Redis,
      commands: () => undefined,
    });
    readers.push(reader);
    let added = false;
    reader.listen('a', () => {
      if (!added) reader.listen('b', () => undefined);
      added = true;
    });
    await turn();
    connections[0]?.disconnect();
    await vi.waitFor(() => expect(connections[1]?.reads.length).toBeGreaterThan(0), { timeout: 3_000 });
    await turn();
    expect(connections[1]?.reads).toEqual([['a', 'b']]);
  });
});
