import { describe, expect, it, vi } from 'vitest';
import type { TaskContext } from '../../../lib/contract/index.js';
import {
  DuplicateTaskError,
  InvalidNameError,
  InvalidOptionError,
  TaskNotFoundError,
  TaskRegistrationError,
  UnknownQueueError,
} from '../../../lib/errors/index.js';
import { RegistryDouble } from './registry-double.js';

describe('HandlerRegistry.register()', () => {
  it('serves the name from then on, with the options on top of the defaults', () => {
    const { registry } = new RegistryDouble();
    const handler = registry.register('resize', () => 'done', { maxRetries: 1, timeout: '5s' });
    expect(registry.get('resize')).toBe(handler);
    expect(registry.has('resize')).toBe(true);
    expect(registry.names()).toEqual(['resize']);
    expect(handler.options).toMatchObject({ name: 'resize', maxRetries: 1, timeout: 5_000, priority: 5 });
  });

  it('takes the defaults of the module where the options say nothing', () => {
    const { registry } = new RegistryDouble();
    const { options } = registry.register('resize', () => undefined, { timeout: '1h' });
    expect(options.maxRetries).toBe(3);
    expect(options.timeout).toBe(600_000);
  });

  it('tells the enqueue side of the task', () => {
    const { registry, defined } = new RegistryDouble();
    registry.register('resize', () => undefined, { priority: 10 });
    expect(defined.get('resize')).toMatchObject({ name: 'resize', priority: 10, classes: [] });
  });

  it('goes by its own name, whatever the options call it', () => {
    const { registry } = new RegistryDouble();
    expect(registry.register('resize', () => undefined, { name: 'other' }).name).toBe('resize');
  });

  it('refuses a name that is taken, saying by whom, and leaves the first in place', () => {
    const { registry } = new RegistryDouble();
    const first = registry.register('resize', () => 1);
    expect(() => registry.register('resize', () => 2)).toThrow(DuplicateTaskError);
    expect(() => registry.register('resize', () => 2)).toThrow(
      /Task "resize" is registered by a function given to HandlerRegistry/,
    );
    expect(registry.get('resize')).toBe(first);
  });

  it.each([
    ['a hostile name', 'a b\n', () => undefined, {}, InvalidNameError],
    ['an empty name', '', () => undefined, {}, InvalidNameError],
    ['a negative number of retries', 'a', () => undefined, { maxRetries: -1 }, InvalidOptionError],
    ['an unparsable timeout', 'a', () => undefined, { timeout: 'soon' }, InvalidOptionError],
    ['a queue that is not declared', 'a', () => undefined, { queue: 'nowhere' }, UnknownQueueError],
    ['a handler that is no function', 'a', 'send' as never, {}, TaskRegistrationError],
  ])('refuses %s and registers nothing', (_what, name, handler, options, error) => {
    const { registry, defined } = new RegistryDouble();
    expect(() => registry.register(name, handler, options)).toThrow(error);
    expect(registry.names()).toEqual([]);
    expect(defined.size).toBe(0);
  });
});

describe('HandlerRegistry.unregister()', () => {
  it('takes the task away on both sides and says whether it was there', () => {
    const { registry, defined } = new RegistryDouble();
    registry.register('resize', () => undefined);
    expect(registry.unregister('resize')).toBe(true);
    expect(registry.unregister('resize')).toBe(false);
    expect(registry.has('resize')).toBe(false);
    expect(defined.size).toBe(0);
  });

  it('frees the name', () => {
    const { registry } = new RegistryDouble();
    registry.register('resize', () => undefined);
    registry.unregister('resize');
    expect(() => registry.register('resize', () => undefined)).not.toThrow();
  });
});

describe('HandlerRegistry.execute()', () => {
  it('calls the handler with the payload and gives what it returns', async () => {
    const { registry } = new RegistryDouble();
    registry.register('double', (n: number) => n * 2);
    registry.register('later', async (n: number) => n * 3);
    await expect(registry.execute({ name: 'double', payload: 4 })).resolves.toBe(8);
    await expect(registry.execute({ name: 'later', payload: 4 })).resolves.toBe(12);
  });

  it('rejects with what the handler throws, unchanged, also when it is synchronous', async () => {
    const { registry } = new RegistryDouble();
    const thrown = new Error('no');
    registry.register('fail', () => {
      throw thrown;
    });
    await expect(registry.execute({ name: 'fail' })).rejects.toBe(thrown);
  });

  it.each([undefined, null, {}, { name: 7 }, { name: 'a b' }])(
    'rejects a call that names no task: %j',
    async (call) => {
      const { registry } = new RegistryDouble();
      registry.register('send-email', () => undefined);
      await expect(registry.execute(call as never)).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
    },
  );

  it('rejects with a suggestion when there is no such task', async () => {
    const { registry } = new RegistryDouble();
    registry.register('send-email', () => undefined);
    const call = registry.execute({ name: 'send-emial' });
    await expect(call).rejects.toThrow(TaskNotFoundError);
    await expect(call).rejects.toThrow('Did you mean "send-email"?');
  });

  it('hands on the context that it is given', async () => {
    const { registry } = new RegistryDouble();
    const handler = vi.fn<(payload: unknown, ctx: TaskContext) => void>();
    registry.register('send', handler);
    const ctx = { attempt: 7 } as TaskContext;
    await registry.execute({ name: 'send', payload: 1 }, ctx);
    expect(handler).toHaveBeenCalledWith(1, ctx);
  });

  it('makes the context of a first attempt that nobody interrupts when it is given none', async () => {
    const { registry } = new RegistryDouble();
    registry.register('send', (_: unknown, ctx) => ctx, { timeout: '4s', maxRetries: 2, priority: 20 });
    const ctx = (await registry.execute({ name: 'send' })) as TaskContext;
    expect(ctx).toMatchObject({ attempt: 1, workerId: 'none', timeout: 4_000, fence: '0', dependencies: [] });
    expect(ctx.job).toMatchObject({ name: 'send', queue: 'default', maxRetries: 2, priority: 20 });
    expect(ctx.idempotencyKey).toBe(ctx.job.id);
    expect(ctx.signal.aborted).toBe(false);
    await expect(ctx.progress(1, 2)).resolves.toBeUndefined();
  });
});
