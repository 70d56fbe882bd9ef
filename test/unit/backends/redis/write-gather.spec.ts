import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { WriteGather } from '../../../../lib/backends/redis/write-gather.js';

/** A connection that notes when it is held back and when it writes. */
function aClient() {
  const told: string[] = [];
  const stream = { cork: () => void told.push('cork'), uncork: () => void told.push('uncork') };
  return { told, client: { stream } as unknown as Redis };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a gather of writes', () => {
  it('holds back what is sent in one turn, and writes it at its end', async () => {
    const { told, client } = aClient();
    const writes = new WriteGather();
    writes.hold(client);
    writes.hold(client);
    await Promise.resolve().then(() => writes.hold(client));
    expect(told).toEqual(['cork']);
    await turn();
    expect(told).toEqual(['cork', 'uncork']);
  });

  it('writes at once when it is told to, and once only', async () => {
    const { told, client } = aClient();
    const writes = new WriteGather();
    writes.hold(client);
    writes.release();
    expect(told).toEqual(['cork', 'uncork']);
    await turn();
    expect(told).toEqual(['cork', 'uncork']);
  });

  it('leaves no connection held when another takes its place', async () => {
    const [before, after] = [aClient(), aClient()];
    const writes = new WriteGather();
    writes.hold(before.client);
    writes.hold(after.client);
    expect([before.told, after.told]).toEqual([['cork', 'uncork'], ['cork']]);
    await turn();
    expect(after.told).toEqual(['cork', 'uncork']);
  });

  it('holds back nothing on a cluster, which has a socket a node', async () => {
    const writes = new WriteGather();
    const { told, client } = aClient();
    writes.hold({} as Redis);
    writes.hold(client);
    expect(told).toEqual(['cork']);
    await turn();
  });
});
