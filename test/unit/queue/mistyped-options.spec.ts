import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../../../lib/errors/index.js';
import type { DequeuedJob } from '../../../lib/queue/index.js';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

/** What a call with options that do not exist, or are none, is refused with. */
async function problems(call: (queue: QueueStage['queue'], options: never) => unknown, options: unknown) {
  const { queue } = await QueueStage.open();
  const error = await rejection<InvalidOptionError>(
    Promise.resolve().then(() => call(queue, options as never)),
  );
  expect(error).toBeInstanceOf(InvalidOptionError);
  return error.issues;
}

describe('Options with a typo are refused, with the key that was probably meant', () => {
  it.each<[string, Parameters<typeof problems>[0], unknown, string, string]>([
    ['result', async (q, o) => (await q.enqueue('a')).result(o), { timout: 1 }, 'timout', 'timeout'],
    ['dequeue', (q, o) => q.dequeue(o), { leese: 5_000 }, 'leese', 'lease'],
    ['jobs', (q, o) => q.jobs(o), { state: ['failed'] }, 'state', 'states'],
    ['enqueueMany', (q, o) => q.enqueueMany([{ name: 'a' }], o), { atomc: true }, 'atomc', 'atomic'],
    ['nack', async (q, o) => q.nack(await taken(q), o), { reqeue: false }, 'reqeue', 'requeue'],
    ['nack of the job', async (q, o) => (await taken(q)).nack(o), { eror: 1 }, 'eror', 'error'],
  ])('%s', async (_what, call, options, path, meant) => {
    expect(await problems(call, options)).toEqual([
      { path, message: `is not an option. Did you mean "${meant}"?` },
    ]);
  });

  it.each<[string, Parameters<typeof problems>[0]]>([
    ['result', async (q, o) => (await q.enqueue('a')).result(o)],
    ['dequeue', (q, o) => q.dequeue(o)],
    ['jobs', (q, o) => q.jobs(o)],
    ['nack', async (q, o) => q.nack(await taken(q), o)],
  ])('%s with a number in their place', async (_what, call) => {
    expect(await problems(call, 500)).toEqual([{ path: 'options', message: 'must be an object' }]);
  });

  it('result with something else than a signal', async () => {
    const wait = async (queue: QueueStage['queue'], options: never) =>
      (await queue.enqueue('a')).result(options);
    expect(await problems(wait, { signal: 'stop' })).toEqual([
      { path: 'signal', message: 'must be an AbortSignal' },
    ]);
  });

  it('leaves the job in hand where a nack was refused', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('a');
    const job = (await queue.dequeue()) as DequeuedJob;
    await rejection(queue.nack(job, { reqeue: false } as never));
    await queue.ack(job);
    expect(await queue.count('completed')).toBe(1);
  });
});

async function taken(queue: QueueStage['queue']): Promise<DequeuedJob> {
  await queue.enqueue('a');
  return (await queue.dequeue()) as DequeuedJob;
}
