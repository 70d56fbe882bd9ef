import { describe, expect, it } from 'vitest';
import { Envelopes } from '../../../../lib/backends/redis/envelope.js';
import { aJob } from '../../../../lib/testing/index.js';
import type { NewJob } from '../../../../lib/contract/index.js';

/** As the server completes it: plain, made at this moment. */
function stored(job: NewJob, createdAt = 1_790_000_000_123): Buffer {
  const head = Buffer.alloc(7, '.');
  head.writeUIntBE(createdAt, 1, 6);
  return Buffer.concat([head, Buffer.from(new Envelopes().write(job) as string)]);
}

describe('envelopes', () => {
  it('hold what a job was enqueued with', () => {
    const job = aJob({ queue: 'mail', priority: 20, maxRetries: 7, maxStalled: 2, timeout: 900, version: 1 });
    expect(new Envelopes().read(stored({ ...job, name: 'send "it"\n', payload: 'a\nb' }))).toEqual({
      createdAt: 1_790_000_000_123,
      priority: 20,
      maxRetries: 7,
      maxStalled: 2,
      timeout: 900,
      version: 1,
      codec: 'json',
      name: 'send "it"\n',
      headers: undefined,
      payload: 'a\nb',
    });
  });

  it('hold headers of any name', () => {
    const headers = Object.fromEntries([
      ['constructor', 'a'],
      ['x', 'b'],
    ]);
    Object.defineProperty(headers, '__proto__', { value: 'own', enumerable: true });
    const { headers: back } = new Envelopes().read(stored(aJob({ queue: 'mail', headers })));
    expect(Object.entries(back ?? {})).toEqual(Object.entries(headers));
  });

  it('write what differs between calls of one task', () => {
    const envelopes = new Envelopes();
    const job = aJob({ queue: 'mail' });
    const first = envelopes.write(job);
    expect(envelopes.write(job)).toBe(first);
    for (const other of [
      { maxRetries: 9 },
      { maxStalled: 9 },
      { timeout: 9 },
      { codec: 'x' },
      { version: 9 },
    ]) {
      expect(envelopes.write({ ...job, ...other })).not.toBe(first);
    }
  });

  it('are read one after the other, whatever came before', () => {
    const envelopes = new Envelopes();
    const first = stored(aJob({ queue: 'mail', name: 'first' }));
    const second = stored(aJob({ queue: 'mail', name: 'second', maxRetries: 9 }));
    const tagged = stored(aJob({ queue: 'mail', name: 'first', headers: { tenant: 'a' } }));
    const garbled = Buffer.from(first.subarray(0, first.indexOf(10)));
    const read = (bytes: Buffer) => {
      const { name, maxRetries, headers, payload } = envelopes.read(bytes);
      return [name, maxRetries, headers, payload];
    };
    const alone = [first, second, tagged, garbled].map((bytes) => {
      const { name, maxRetries, headers, payload } = new Envelopes().read(bytes);
      return [name, maxRetries, headers, payload];
    });
    for (const order of [
      [0, 0, 1, 1, 0],
      [2, 0, 2, 1],
      [3, 0, 3, 2, 3, 1],
    ]) {
      const bytes = [first, second, tagged, garbled];
      expect(order.map((n) => read(bytes[n] as Buffer))).toEqual(order.map((n) => alone[n]));
    }
  });

  it('do not grow with every name that somebody makes up', () => {
    const envelopes = new Envelopes();
    for (let n = 0; n < 3_000; n++) {
      expect(envelopes.read(stored(aJob({ queue: 'mail', name: `task-${n}` }))).name).toBe(`task-${n}`);
    }
  });
});
