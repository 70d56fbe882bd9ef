import { describe, expect, it, vi } from 'vitest';
import type { QueueBackend } from '../../../lib/contract/index.js';
import { FailureRecord, type FailureData } from '../../../lib/queue/index.js';
import { QueueStage, type StageOptions } from './queue-stage.js';

/** A stage with dead letters, one each millisecond: `[task, message, queue]`. */
const withDead = async (
  dead: readonly (readonly [string, string?, string?])[],
  options: StageOptions = {},
) => {
  const stage = await QueueStage.open(options);
  for (const [name, message, queue = 'default'] of dead) {
    await stage.side.queues.get(queue).enqueue(name, { for: name });
    await stage.fail(message, queue);
    await stage.clock.advance(1);
  }
  return { stage, deadLetters: stage.side.deadLetters, queue: stage.queue };
};

const two = { backends: [{ name: 'one' }, { name: 'two' }] };
const names = (records: readonly FailureRecord[]) => records.map(({ job }) => job.name);

describe('DeadLetterQueue.list', () => {
  it('lists dead letters newest first', async () => {
    const { deadLetters } = await withDead([['a'], ['b'], ['c']]);
    expect(names(await deadLetters.list())).toEqual(['c', 'b', 'a']);
    expect(names(await deadLetters.list({ limit: 2 }))).toEqual(['c', 'b']);
  });

  it('lists those of every queue and backend, or of one', async () => {
    const { deadLetters } = await withDead(
      [['a', '', 'bulk'], ['b', '', 'two'], ['c'], ['d', '', 'two']],
      two,
    );
    expect(names(await deadLetters.list())).toEqual(['d', 'c', 'b', 'a']);
    expect(names(await deadLetters.list({ queue: 'two' }))).toEqual(['d', 'b']);
    expect(names(await deadLetters.list({ queue: 'one' }))).toEqual(['c']);
  });

  it('lists those of one task', async () => {
    const { deadLetters } = await withDead([['a'], ['b'], ['a']]);
    expect(names(await deadLetters.list({ name: 'a' }))).toEqual(['a', 'a']);
  });

  it('shows what happened', async () => {
    const { deadLetters, stage } = await withDead([['a', 'no route']]);
    const [record] = await deadLetters.list();
    expect(record).toMatchObject({
      error: { name: 'Error', message: 'no route' },
      attempts: 1,
      failedAt: new Date(stage.clock.now() - 1),
      metadata: {},
    });
    expect(record?.job).toMatchObject({ name: 'a', payload: { for: 'a' }, status: 'failed', isFailed: true });
  });

  it.each([
    [{ limit: 0 }],
    [{ limit: 1_001 }],
    [{ jobName: 'a' }],
    [{ cursor: 'x' }],
    [{ cursor: 'bnVsbA' }],
  ])('refuses %j', async (options) => {
    const { deadLetters } = await withDead([]);
    await expect(deadLetters.list(options as never)).rejects.toMatchObject({ code: 'TASKS_INVALID_OPTION' });
  });

  it('refuses a queue that is not declared', async () => {
    const { deadLetters } = await withDead([]);
    await expect(deadLetters.list({ queue: 'blk' })).rejects.toThrow('Did you mean "bulk"?');
  });
});

describe('DeadLetterQueue.page', () => {
  it('goes through all queues without losing or repeating one', async () => {
    const dead = Array.from(
      { length: 23 },
      (_, n) => [`t${n}`, '', ['default', 'two', 'bulk'][n % 3] as string] as const,
    );
    const { deadLetters } = await withDead(dead, two);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await deadLetters.page({ limit: 5, cursor });
      seen.push(...names(page.items));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(dead.map(([name]) => name).toReversed());
  });

  it('goes on behind its place when some have left meanwhile', async () => {
    const { deadLetters } = await withDead([['a'], ['b', '', 'bulk'], ['c'], ['d', '', 'bulk'], ['e']]);
    const first = await deadLetters.page({ limit: 2 });
    for (const { job } of first.items) await deadLetters.purge(job.id);
    const rest = await deadLetters.page({ limit: 5, cursor: first.cursor });
    expect(names(rest.items)).toEqual(['c', 'b', 'a']);
    expect(rest.cursor).toBeUndefined();
  });

  it('is empty when there is none', async () => {
    const { deadLetters } = await withDead([]);
    expect(await deadLetters.page()).toEqual({ items: [] });
  });
});

describe('DeadLetterQueue.get', () => {
  it('finds one by its bare id', async () => {
    const { deadLetters, stage } = await withDead([['a', 'boom', 'two']], two);
    const [{ job } = { job: undefined }] = await deadLetters.list();
    expect(await deadLetters.get(job?.id ?? '')).toBeInstanceOf(FailureRecord);
    const alive = await stage.queue.enqueue('b');
    expect(await deadLetters.get(alive.id)).toBeUndefined();
    expect(await deadLetters.get('nobody')).toBeUndefined();
    await expect(deadLetters.get('{x}')).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
  });

  it('finds the dead one where a job of another queue has the same id', async () => {
    const stage = await QueueStage.open();
    const { deadLetters, queues } = stage.side;
    await queues.get('urgent').enqueue('alive', 1, { id: 'same' });
    await queues.get('bulk').enqueue('dead', 1, { id: 'same' });
    await stage.fail('boom', 'bulk');
    expect((await deadLetters.get('same'))?.job.queue).toBe('bulk');
    expect(await deadLetters.get('same', 'urgent')).toBeUndefined();
  });
});

describe('DeadLetterQueue.retry', () => {
  it('puts one back with all its attempts', async () => {
    const { deadLetters, queue } = await withDead([['a']]);
    const [dead] = await deadLetters.list();
    const job = await deadLetters.retry(dead?.job.id ?? '');
    expect(job).toMatchObject({
      id: dead?.job.id,
      status: 'pending',
      attempt: 0,
      canRetry: true,
      payload: { for: 'a' },
    });
    expect(await deadLetters.count()).toBe(0);
    expect(await queue.dequeue()).toMatchObject({ id: job?.id, attempt: 1 });
  });

  it('corrects its payload, and waits', async () => {
    const { deadLetters, stage } = await withDead([['a']]);
    const [dead] = await deadLetters.list();
    const job = await deadLetters.retry(dead?.job.id ?? '', { payload: { for: 'b' }, delay: '1m' });
    expect(job).toMatchObject({
      status: 'scheduled',
      payload: { for: 'b' },
      scheduledAt: new Date(stage.clock.now() + 60_000),
    });
  });

  it('gives a handle whose result can be awaited', async () => {
    const { deadLetters, stage } = await withDead([['a']]);
    const [dead] = await deadLetters.list();
    const job = await deadLetters.retry(dead?.job.id ?? '');
    const result = job?.result();
    await stage.run({ kind: 'completed', result: '"mended"' });
    await expect(result).resolves.toBe('mended');
  });

  it('gives null when there is no such dead letter', async () => {
    const { deadLetters, queue } = await withDead([]);
    expect(await deadLetters.retry('nobody')).toBeNull();
    expect(await deadLetters.retry((await queue.enqueue('alive')).id)).toBeNull();
  });

  it.each([
    [{ payload: { n: 1n } }, 'TASKS_VALIDATION'],
    [{ payload: 'x'.repeat(30) }, 'TASKS_PAYLOAD_TOO_LARGE'],
    [{ delay: -1 }, 'TASKS_INVALID_DURATION'],
    [{ paylaod: 1 }, 'TASKS_INVALID_OPTION'],
  ])('leaves it as it was when the correction is bad: case %#', async (options, code) => {
    const { deadLetters } = await withDead([['a']], { payload: { maxSize: 20 } });
    const [dead] = await deadLetters.list();
    await expect(deadLetters.retry(dead?.job.id ?? '', options as object)).rejects.toMatchObject({ code });
    expect((await deadLetters.get(dead?.job.id ?? ''))?.job.payload).toEqual({ for: 'a' });
  });

  it('lets the jobs wait again that were cancelled because of it', async () => {
    const stage = await QueueStage.open();
    const parent = await stage.queue.enqueue('parent');
    const child = await stage.queue.enqueue('child', 1, { dependsOn: parent });
    await stage.fail();
    expect((await child.refresh()).status).toBe('cancelled');
    await stage.side.deadLetters.retry(parent.id);
    expect((await child.refresh()).status).toBe('waiting');
  });
});

describe('DeadLetterQueue.retryAll', () => {
  it('puts all back, of all queues', async () => {
    const { deadLetters, queue } = await withDead([['a'], ['b', '', 'two'], ['c']], two);
    expect(await deadLetters.retryAll()).toBe(3);
    expect(await deadLetters.count()).toBe(0);
    expect(await queue.count('pending')).toBe(2);
  });

  it('puts those of a task or a queue back', async () => {
    const { deadLetters } = await withDead([['a'], ['b'], ['a', '', 'bulk'], ['a']]);
    expect(await deadLetters.retryAll({ name: 'a', queue: 'default' })).toBe(2);
    expect(await deadLetters.count()).toBe(2);
    expect(await deadLetters.retryAll({ name: 'a' })).toBe(1);
  });

  it('goes through more than one page', async () => {
    const stage = await QueueStage.open();
    await stage.queue.enqueueMany(Array.from({ length: 1_100 }, () => ({ name: 'a' })));
    const { backend } = stage.queue;
    const { jobs } = await backend.claim({
      worker: 'w',
      lease: 9_000,
      take: [{ queue: 'default', limit: 1_100 }],
    });
    const settle = jobs.map(({ receipt }) => ({
      receipt,
      outcome: { kind: 'failed' as const, error: { name: 'Error', message: 'boom' } },
    }));
    await backend.claim({ worker: 'w', lease: 9_000, take: [], settle });
    expect(await stage.side.deadLetters.retryAll()).toBe(1_100);
    expect(await stage.queue.count('pending')).toBe(1_100);
  });

  it('refuses a filter that does not exist, rather than retry everything', async () => {
    const { deadLetters } = await withDead([['a']]);
    await expect(deadLetters.retryAll({ task: 'b' } as never)).rejects.toMatchObject({
      code: 'TASKS_INVALID_OPTION',
    });
    expect(await deadLetters.count()).toBe(1);
  });
});

describe('forgetting dead letters', () => {
  it('purges one, and nothing that is alive', async () => {
    const { deadLetters, queue } = await withDead([['a'], ['b']]);
    const [newest] = await deadLetters.list();
    const alive = await queue.enqueue('c');
    expect(await deadLetters.purge(newest?.job.id ?? '')).toBe(true);
    expect(await deadLetters.purge(newest?.job.id ?? '')).toBe(false);
    expect(await deadLetters.purge(alive.id)).toBe(false);
    expect(names(await deadLetters.list())).toEqual(['a']);
    expect(await queue.count('pending')).toBe(1);
  });

  it('purges those that are older', async () => {
    const { deadLetters, stage } = await withDead([['a'], ['b']]);
    await stage.clock.advance(60_000);
    await stage.queue.enqueue('c');
    await stage.fail();
    expect(await deadLetters.purgeOlderThan('2m')).toBe(0);
    expect(await deadLetters.purgeOlderThan('30s')).toBe(2);
    expect(names(await deadLetters.list())).toEqual(['c']);
    await expect(deadLetters.purgeOlderThan('old')).rejects.toMatchObject({ code: 'TASKS_INVALID_DURATION' });
  });

  it('purges by their retention when no age is given', async () => {
    const { deadLetters, stage } = await withDead([['a']]);
    const find = vi.spyOn(stage.backend.queue, 'find');
    await deadLetters.purgeOlderThan();
    expect(find.mock.calls[0]?.[0].olderThan).toBe(604_800_000);
  });

  it('clears all, or all of one queue', async () => {
    const { deadLetters } = await withDead([['a'], ['b', '', 'bulk'], ['c', '', 'two']], two);
    expect(await deadLetters.clear('bulk')).toBe(1);
    expect(await deadLetters.count('bulk')).toBe(0);
    expect(await deadLetters.count()).toBe(2);
    expect(await deadLetters.clear()).toBe(2);
    expect(await deadLetters.count()).toBe(0);
  });
});

describe('DeadLetterQueue.stats', () => {
  it('counts by task, by error and by queue, and tells the span', async () => {
    const { deadLetters, stage } = await withDead([['a'], ['b', '', 'bulk'], ['a']]);
    await stage.queue.enqueue('a');
    await stage.run({ kind: 'failed', error: { name: '__proto__', message: 'hostile' } });
    const now = stage.clock.now();
    const stats = await deadLetters.stats();
    expect(stats).toMatchObject({ total: 4, byTask: { a: 3, b: 1 }, byQueue: { default: 3, bulk: 1 } });
    expect(Object.entries(stats.byError)).toEqual([
      ['__proto__', 1],
      ['Error', 3],
    ]);
    expect([stats.oldest, stats.newest]).toEqual([new Date(now - 3), new Date(now)]);
    expect(await deadLetters.stats('bulk')).toMatchObject({ total: 1, byTask: { b: 1 } });
  });

  it('is all zero when there is none', async () => {
    const { deadLetters } = await withDead([]);
    expect(await deadLetters.stats()).toEqual({
      total: 0,
      byTask: {},
      byError: {},
      byQueue: {},
      oldest: undefined,
      newest: undefined,
    });
  });
});

describe('DeadLetterQueue.add', () => {
  it('gives up a job in hand, with notes', async () => {
    const { side, queue } = await QueueStage.open();
    await queue.enqueue('a');
    const job = await queue.dequeue();
    const record = await side.deadLetters.add(job as never, new TypeError('hopeless'), { ticket: 42 });
    expect(record).toMatchObject({
      error: { name: 'TypeError', message: 'hopeless' },
      attempts: 1,
      metadata: { ticket: 42 },
    });
    expect(record.error).not.toHaveProperty('metadata');
    expect(record.stack).toContain('TypeError: hopeless');
  });

  it('gives up a job that is ready to run', async () => {
    const { side, queue } = await QueueStage.open();
    await queue.enqueue('first', 1, { priority: 20 });
    const job = await queue.enqueue('a');
    const record = await side.deadLetters.add(job, 'not wanted');
    expect(record).toMatchObject({ job: { id: job.id }, error: { message: 'not wanted' } });
    expect(await queue.count('pending')).toBe(1);
  });

  it('refuses a job that cannot be taken, and says why', async () => {
    const { side, queue } = await QueueStage.open();
    const later = await queue.enqueue('a', 1, { delay: '1h' });
    await expect(side.deadLetters.add(later, 'x')).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      message: expect.stringContaining('is scheduled'),
    });
    const nobody = { queue: 'default', id: 'nobody' };
    await expect(side.deadLetters.add(nobody, 'x')).rejects.toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
    for (const none of [null, undefined, 'an id', {}]) {
      await expect(side.deadLetters.add(none as never, 'x')).rejects.toMatchObject({
        code: 'TASKS_VALIDATION',
      });
    }
    await expect(side.deadLetters.add({ queue: 'default', id: '{x}' }, 'x')).rejects.toMatchObject({
      code: 'TASKS_INVALID_NAME',
    });
  });

  it('refuses notes that cannot be carried, and the job stays in hand', async () => {
    const { side, queue } = await QueueStage.open();
    await queue.enqueue('a');
    const job = await queue.dequeue();
    const notes = { when: () => 0 };
    await expect(side.deadLetters.add(job as never, 'x', notes)).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
    });
    await queue.ack(job as never);
  });

  it('is refused where a job cannot be taken by its id', async () => {
    const { side, queue } = await QueueStage.open({ capabilities: { features: { claimById: false } } });
    const job = await queue.enqueue('a');
    await expect(side.deadLetters.add(job, 'x')).rejects.toMatchObject({ code: 'TASKS_UNSUPPORTED' });
  });
});

describe('FailureRecord', () => {
  it('comes back from plain data', async () => {
    const { side, queue } = await QueueStage.open();
    await queue.enqueue('a', { for: 'a' });
    const record = await side.deadLetters.add((await queue.dequeue()) as never, new Error('x'), {
      ticket: 42,
    });
    const data = JSON.parse(JSON.stringify(record)) as FailureData;
    const back = FailureRecord.fromJSON(data);
    expect(back.toJSON()).toEqual(record.toJSON());
    expect(back).toMatchObject({ failedAt: record.failedAt, stack: record.stack, metadata: { ticket: 42 } });
    expect(back.job.payload).toEqual({ for: 'a' });
  });

  it('of a job whose payload cannot be read does not spoil the list', async () => {
    const { side, queue } = await QueueStage.open();
    const job = { queue: 'default', id: 'broken', name: 'a', payload: '{"to":', codec: 'json', version: 1 };
    await queue.backend.enqueue([{ ...job, priority: 5, maxRetries: 0 }]);
    await queue.enqueue('a', { to: 'ada' });
    for (const taken of await queue.dequeue({ max: 2 })) await taken.nack({ requeue: false });
    const data = JSON.parse(JSON.stringify(await side.deadLetters.list())) as FailureData[];
    expect(data.map(({ job: { payload, unreadable } }) => ({ payload, unreadable }))).toEqual([
      { payload: { to: 'ada' }, unreadable: undefined },
      { payload: undefined, unreadable: ['payload'] },
    ]);
  });

  it('survives a record without an error', async () => {
    const { stage, deadLetters } = await withDead([['a']]);
    const [dead] = await deadLetters.list();
    const backend: QueueBackend = stage.backend.queue;
    const get = backend.get.bind(backend);
    backend.get = async (refs) =>
      (await get(refs)).map((record) => record && { ...record, error: undefined as never });
    expect((await deadLetters.get(dead?.job.id ?? ''))?.error.message).toBe('no error was kept');
  });
});
