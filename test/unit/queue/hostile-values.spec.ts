import { describe, expect, it } from 'vitest';
import {
  InvalidBackendError,
  isInstance,
  TaskError,
  TaskValidationError,
} from '../../../lib/errors/index.js';
import { TaskBackendRegistry } from '../../../lib/backends/index.js';
import { CodecSet } from '../../../lib/codecs/index.js';
import { systemClock } from '../../../lib/contract/index.js';
import { JobResult } from '../../../lib/state/index.js';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

/** Throws whatever is done with it. */
const hostile = (): object => {
  const trap = () => {
    throw new Error('evil');
  };
  const traps = { getPrototypeOf: trap, get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap };
  return new Proxy({}, traps);
};

describe('A value that throws when it is looked at', () => {
  it('is an instance of nothing', () => {
    expect(isInstance(hostile(), Error)).toBe(false);
    expect(isInstance(new TypeError('x'), Error)).toBe(true);
  });

  it('is refused as a payload', async () => {
    const { queue } = await QueueStage.open();
    expect(await rejection(queue.enqueue('a', hostile()))).toBeInstanceOf(TaskValidationError);
  });

  it('that a codec throws is a refusal of the payload', () => {
    const codecs = new CodecSet([
      {
        name: 'mine',
        encode: () => {
          throw hostile();
        },
        decode: () => undefined,
      },
    ]);
    expect(() => codecs.encode(1, { queue: 'mails', name: 'send' }, 'payload')).toThrow(TaskValidationError);
  });

  it('that a getter of a payload throws is a refusal too', async () => {
    const { queue } = await QueueStage.open();
    const payload = {
      get a() {
        throw hostile();
      },
    };
    expect(await rejection(queue.enqueue('a', payload))).toBeInstanceOf(TaskValidationError);
  });

  it('that a backend rejects with fails the call that was sent, and no other', async () => {
    const { queue } = await QueueStage.open();
    const { enqueue } = queue.backend;
    queue.backend.enqueue = () => Promise.reject(hostile());
    const error = await rejection<TaskError>(queue.enqueue('a'));
    expect(error.code).toBe('TASKS_BACKEND_UNAVAILABLE');
    queue.backend.enqueue = enqueue;
    await expect(queue.enqueue('b')).resolves.toMatchObject({ name: 'b' });
  });

  it('that a backend factory throws is a backend that cannot be made', async () => {
    const registry = new TaskBackendRegistry();
    registry.register('mine', () => {
      throw hostile();
    });
    const made = registry.create({ name: 'a', type: 'mine', options: {}, clock: systemClock });
    expect(await rejection(made)).toBeInstanceOf(InvalidBackendError);
  });

  it('is what a job failed with', async () => {
    expect(JobResult.failure(hostile()).error).toMatchObject({ name: 'NonError' });
    const { queue } = await QueueStage.open();
    const { id } = await queue.enqueue('a');
    await (await queue.dequeue())?.nack({ requeue: false, error: hostile() });
    expect((await queue.get(id))?.lastError?.name).toBe('NonError');
  });

  it.each([
    ['id', 'TASKS_INVALID_NAME'],
    ['priority', 'TASKS_INVALID_OPTION'],
    ['delay', 'TASKS_INVALID_DURATION'],
    ['scheduleAt', 'TASKS_INVALID_OPTION'],
    ['timeout', 'TASKS_INVALID_DURATION'],
    ['idempotencyKey', 'TASKS_INVALID_NAME'],
  ])('is refused as %s', async (option, code) => {
    const { queue } = await QueueStage.open();
    const call = queue.enqueue('a', 1, { [option]: hostile() });
    expect((await rejection<TaskError>(call)).code).toBe(code);
  });

  it('is refused as a delay also when it is a function whose text throws', async () => {
    const { queue } = await QueueStage.open();
    const delay = Object.assign(() => 1, { toString: () => hostile() });
    const call = queue.enqueue('a', 1, { delay: delay as never });
    expect((await rejection<TaskError>(call)).code).toBe('TASKS_INVALID_DURATION');
  });
});
