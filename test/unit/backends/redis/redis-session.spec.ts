import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { RedisLink } from '../../../../lib/backends/redis/redis-link.js';
import { scriptOf } from '../../../../lib/backends/redis/redis-script.js';
import { type RedisArgument, RedisSession } from '../../../../lib/backends/redis/redis-session.js';
import { WriteGather } from '../../../../lib/backends/redis/write-gather.js';

/** What a connection does, call by call, when a script is run on it. */
function run(args: readonly RedisArgument[], isLong = false): string[] {
  const told: string[] = [];
  const stream = { cork: () => void told.push('hold'), uncork: () => void told.push('write') };
  const callBuffer = () => {
    told.push('call');
    return Promise.resolve(Buffer.from('1'));
  };
  const current = { stream, callBuffer } as unknown as Redis;
  const session = new RedisSession(
    { current, writes: new WriteGather() } as unknown as RedisLink,
    'redis',
    [],
    { commands: undefined },
  );
  void session.runBuffer(scriptOf('some.lua', 'return 1'), ['key'], args, isLong);
  return [...told];
}

describe('a call on a connection to redis', () => {
  it('waits for what else is sent in its turn, when it is short', () => {
    expect(run(['one', 2, Buffer.from('three')])).toEqual(['hold', 'call']);
    expect(run(['x'.repeat(5_000)])).toEqual(['hold', 'call']);
  });

  it('is written at once when whoever sends it knows that it is long', () => {
    expect(run(['one'], true)).toEqual(['hold', 'call', 'write']);
  });

  it.each([
    ['has many arguments', Array.from({ length: 64 }, String)],
    ['carries many bytes', ['one', Buffer.alloc(4_096)]],
  ])('is written at once when it %s, so that the server works while the next is made ready', (_, args) => {
    expect(run(args)).toEqual(['hold', 'call', 'write']);
  });
});
