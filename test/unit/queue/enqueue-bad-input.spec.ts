import { describe, expect, it, vi } from 'vitest';
import type { EnqueueOptions, ErrorCode } from '../../../lib/contract/index.js';
import { QueueStage, type StageOptions } from './queue-stage.js';

/** Enqueues what cannot be, and makes sure that nothing of it reached the backend. */
const refusal = async (
  call: { name?: unknown; payload?: unknown; options?: unknown },
  stageOptions: StageOptions = {},
): Promise<Error & { readonly code: ErrorCode }> => {
  const stage = await QueueStage.open(stageOptions);
  const enqueue = vi.spyOn(stage.backend.queue, 'enqueue');
  const name = 'name' in call ? call.name : 'send-email';
  const enqueued = stage.queue.enqueue(name as string, call.payload, call.options as EnqueueOptions);
  const error = await enqueued.then(
    () => undefined,
    (thrown: Error & { readonly code: ErrorCode }) => thrown,
  );
  expect(enqueue).not.toHaveBeenCalled();
  expect(await stage.queue.count()).toBe(0);
  if (error === undefined) throw new Error('The call was accepted.');
  return error;
};

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

describe('a payload that cannot be carried', () => {
  it.each([
    ['a cycle', cycle, 'self'],
    ['a BigInt', { amount: 5n }, 'amount'],
    ['a function', { then: { callback: () => undefined } }, 'then.callback'],
    ['NaN', [1, Number.NaN], '1'],
  ])('is refused with its path: %s', async (_what, payload, path) => {
    expect(await refusal({ payload })).toMatchObject({ code: 'TASKS_VALIDATION', issues: [{ path }] });
  });

  it('is refused when it is over the cap, and accepted when it is exactly at it', async () => {
    const options = { payload: { maxSize: 20 } };
    // '"€€€€€€"' has 8 characters and 20 bytes.
    const error = await refusal({ payload: '€€€€€€a' }, options);
    expect(error).toMatchObject({ code: 'TASKS_PAYLOAD_TOO_LARGE', size: 21, maxSize: 20 });
    const { queue } = await QueueStage.open(options);
    await expect(queue.enqueue('send-email', '€€€€€€')).resolves.toBeDefined();
  });
});

describe('a hostile name, id or key', () => {
  const HOSTILE = [
    "'; DROP TABLE jobs; --",
    '{x}',
    'a\nb',
    'a\0',
    '__proto__',
    '',
    'x'.repeat(10_240),
    7,
    null,
  ];

  it.each(HOSTILE)('is refused as a task name: %j', async (name) => {
    expect((await refusal({ name })).code).toBe('TASKS_INVALID_NAME');
  });

  it.each(HOSTILE)('is refused as an id: %j', async (id) => {
    expect((await refusal({ options: { id } })).code).toBe('TASKS_INVALID_NAME');
  });

  it.each(['', 'a\nb', 'a\0', 'x'.repeat(10_240), 7, null])(
    'is refused as a key: %j',
    async (idempotencyKey) => {
      expect((await refusal({ options: { idempotencyKey } })).code).toBe('TASKS_INVALID_NAME');
    },
  );

  it.each(["'; DROP TABLE jobs; --", '{x}', '__proto__', 'constructor'])(
    'is harmless as a key: %j',
    async (key) => {
      const { queue } = await QueueStage.open();
      const first = await queue.enqueue('send-email', 1, { idempotencyKey: key });
      expect((await queue.enqueue('send-email', 2, { idempotencyKey: key })).id).toBe(first.id);
      expect((await queue.enqueue('send-email', 2, { idempotencyKey: `${key}.` })).id).not.toBe(first.id);
    },
  );

  it('is refused as the key that a task makes of a payload', async () => {
    const stage = await QueueStage.open();
    stage.define({ name: 'charge', idempotencyKey: (payload: never) => payload });
    await expect(stage.queue.enqueue('charge', 'a\nb')).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
  });
});

describe('bad options', () => {
  it.each<[string, unknown, ErrorCode]>([
    ['an unknown key', { priorty: 5 }, 'TASKS_INVALID_OPTION'],
    ['a priority below 0', { priority: -1 }, 'TASKS_INVALID_OPTION'],
    ['a priority above 20', { priority: 21 }, 'TASKS_INVALID_OPTION'],
    ['a fractional priority', { priority: 1.5 }, 'TASKS_INVALID_OPTION'],
    ['a priority as text', { priority: '5' }, 'TASKS_INVALID_OPTION'],
    ['negative retries', { maxRetries: -1 }, 'TASKS_INVALID_OPTION'],
    ['fractional retries', { maxRetries: 0.5 }, 'TASKS_INVALID_OPTION'],
    ['endless retries', { maxRetries: Infinity }, 'TASKS_INVALID_OPTION'],
    ['both delay and moment', { delay: 1, scheduleAt: new Date() }, 'TASKS_INVALID_OPTION'],
    ['a timeout of nothing', { timeout: 0 }, 'TASKS_INVALID_OPTION'],
    ['a negative delay', { delay: -1 }, 'TASKS_INVALID_DURATION'],
    ['a delay that cannot be read', { delay: 'soon' }, 'TASKS_INVALID_DURATION'],
    ['a delay that is not finite', { delay: Number.NaN }, 'TASKS_INVALID_DURATION'],
    ['an invalid date as delay', { delay: new Date('never') }, 'TASKS_INVALID_OPTION'],
    ['a timeout that cannot be read', { timeout: '5 parsecs' }, 'TASKS_INVALID_DURATION'],
    ['an invalid date as moment', { scheduleAt: new Date('never') }, 'TASKS_INVALID_OPTION'],
    ['a moment that is no date', { scheduleAt: '2026-01-01' }, 'TASKS_INVALID_OPTION'],
    ['options that are no object', 'soon', 'TASKS_INVALID_OPTION'],
    ['options that are null', null, 'TASKS_INVALID_OPTION'],
    ['a dependency that is no job', { dependsOn: [42] }, 'TASKS_INVALID_OPTION'],
    ['a hostile dependency', { dependsOn: ['{x}'] }, 'TASKS_INVALID_NAME'],
    ['a hostile id in a reference', { dependsOn: { queue: 'default', id: '{x}' } }, 'TASKS_INVALID_NAME'],
    ['a dependency on an unknown queue', { dependsOn: { queue: 'nowhere', id: 'a' } }, 'TASKS_UNKNOWN_QUEUE'],
  ])('are refused: %s', async (_what, options, code) => {
    expect((await refusal({ options })).code).toBe(code);
  });

  it.each([
    [{ priorty: 5 }, 'Did you mean "priority"?'],
    [{ retries: 5 }, 'Did you mean "maxRetries"?'],
    [{ queue: 'bulk' }, 'applyAsync'],
  ])('are told the nearest known key: %j', async (options, message) => {
    expect((await refusal({ options })).message).toContain(message);
  });

  it.each([
    [{ scheduleAt: 5 }, 'scheduleAt: must be a valid Date'],
    [{ scheduleAt: new Date('never') }, 'scheduleAt: must be a valid Date'],
    [{ delay: new Date('never') }, 'delay: must be a valid Date'],
  ])('say that a moment has to be a Date: %o', async (options, message) => {
    const { message: said } = await refusal({ options });
    expect(said).toContain(message);
    expect(said).not.toContain('duration');
  });

  it('name the option at fault', async () => {
    expect((await refusal({ options: { delay: 'soon' } })).message).toContain('delay: "soon"');
  });
});

describe('what the backend cannot do', () => {
  it.each<[string, StageOptions['capabilities'], EnqueueOptions]>([
    ['idempotency', { features: { idempotency: false } }, { idempotencyKey: 'k' }],
    ['dependencies', { features: { dependencies: false } }, { dependsOn: 'a' }],
    ['a longer delay', { maxDelay: 60_000 }, { delay: 60_001 }],
  ])(
    'is refused before it could fail calls that travel with it: %s',
    async (_what, capabilities, options) => {
      expect((await refusal({ options }, { capabilities })).code).toBe('TASKS_UNSUPPORTED');
    },
  );
});

describe('a task whose idempotency key cannot be made', () => {
  it('has its call refused, with the cause', async () => {
    const stage = await QueueStage.open();
    stage.define({
      name: 'charge',
      idempotencyKey: (payload: { order: { id: string } }) => payload.order.id,
    });
    await expect(stage.queue.enqueue('charge', {})).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      cause: expect.any(TypeError),
    });
  });
});
