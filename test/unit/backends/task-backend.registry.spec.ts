import { describe, expect, it } from 'vitest';
import { createMemoryBackend, TaskBackendRegistry } from '../../../lib/backends/index.js';
import {
  systemClock,
  type TaskBackendFactory,
  type TaskBackendOptions,
} from '../../../lib/contract/index.js';
import { InvalidBackendError, InvalidOptionError } from '../../../lib/errors/index.js';
import { rejection } from '../rejection.js';

const entry = (type: string): TaskBackendOptions => ({
  name: 'orders',
  type,
  options: {},
  clock: systemClock,
});

describe('TaskBackendRegistry', () => {
  it('has memory, redis, postgres and rabbitmq from the start', async () => {
    const registry = new TaskBackendRegistry();
    expect(registry.types()).toEqual(['memory', 'redis', 'postgres', 'rabbitmq']);
    expect((await registry.create(entry('memory'))).queue.capabilities.scope).toBe('process');
    expect((await registry.create(entry('redis'))).queue.capabilities.scope).toBe('fleet');
    expect((await registry.create(entry('postgres'))).queue.capabilities.features.transactions).toBe(true);
  });

  it.each([
    ['a name that is none', 'my broker', createMemoryBackend],
    ['an empty name', '', createMemoryBackend],
    ['a name that is no text', 5, createMemoryBackend],
    ['what is no function', 'sqs', { queue: {} }],
    ['nothing', 'sqs', undefined],
  ])('refuses %s', (_what, type, factory) => {
    const registry = new TaskBackendRegistry();
    expect(() => registry.register(type as string, factory as never)).toThrow(InvalidBackendError);
    expect(registry.types()).toHaveLength(4);
  });

  it('makes a backend of a registered type with what its entry says', async () => {
    const registry = new TaskBackendRegistry();
    const given: TaskBackendOptions[] = [];
    registry.register('sqs', async (options) => {
      given.push(options);
      return createMemoryBackend({ ...options, options: {} });
    });
    const options = { ...entry('sqs'), options: { region: 'eu' } };
    await registry.create(options);
    expect(registry.has('sqs')).toBe(true);
    expect(given).toEqual([options]);
  });

  it('refuses an unknown type and says which there are', async () => {
    await expect(new TaskBackendRegistry().create(entry('redsi'))).rejects.toThrow(
      new InvalidBackendError(
        'Backend "orders" has the unknown type "redsi". Known: memory, redis, postgres, rabbitmq. Did you mean "redis"?',
      ),
    );
  });

  it.each(['__proto__', 'constructor', 'toString'])('does not take %s for a type', async (type) => {
    const registry = new TaskBackendRegistry();
    expect(registry.has(type)).toBe(false);
    await expect(registry.create(entry(type))).rejects.toMatchObject({ code: 'TASKS_INVALID_BACKEND' });
  });

  it('refuses a second factory for a type, and takes the same one twice', () => {
    const registry = new TaskBackendRegistry();
    const factory: TaskBackendFactory = createMemoryBackend;
    registry.register('mine', factory);
    registry.register('mine', factory);
    expect(() => registry.register('mine', (options) => createMemoryBackend(options))).toThrow(
      InvalidBackendError,
    );
    expect(() => registry.register('memory', (options) => factory(options))).toThrow(InvalidBackendError);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'lacks `queue`, `state`:'],
    ['an empty object', {}, 'lacks `queue`, `state`:'],
    ['half a backend', { queue: createMemoryBackend({ ...entry('memory') }).queue }, 'lacks `state`:'],
    [
      'interfaces with members missing',
      { ...createMemoryBackend(entry('memory')), state: { get: () => undefined } },
      'lacks `state.open`, `state.close`, `state.time`, `state.set`, `state.delete` and 9 more:',
    ],
    [
      'a queue without capabilities',
      {
        ...createMemoryBackend(entry('memory')),
        queue: Object.create(createMemoryBackend(entry('memory')).queue, { capabilities: { value: null } }),
      },
      'lacks `queue.capabilities`:',
    ],
  ])('refuses a factory that gives %s, naming its type and what is missing', async (_what, made, message) => {
    const registry = new TaskBackendRegistry();
    registry.register('mine', () => made as never);
    const error = await rejection(registry.create(entry('mine')));
    expect(error).toBeInstanceOf(InvalidBackendError);
    expect(error.message).toContain(`Backend "orders" of type "mine" ${message}`);
  });

  it('names the entry whose factory fails, and keeps the cause', async () => {
    const registry = new TaskBackendRegistry();
    const cause = new Error('no such region');
    registry.register('sqs', () => Promise.reject(cause));
    await expect(registry.create(entry('sqs'))).rejects.toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      message: 'Backend "orders" cannot be made: no such region',
      cause,
    });
  });

  it('passes a typed error of a factory on as it is', async () => {
    const registry = new TaskBackendRegistry();
    const error = new InvalidOptionError([{ path: 'options.region', message: 'is missing' }]);
    registry.register('sqs', () => {
      throw error;
    });
    await expect(registry.create(entry('sqs'))).rejects.toBe(error);
  });
});
