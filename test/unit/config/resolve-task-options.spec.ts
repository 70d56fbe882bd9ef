import { describe, expect, it } from 'vitest';
import { resolveOptions, resolveTaskOptions } from '../../../lib/config/index.js';
import type { TaskOptions } from '../../../lib/contract/index.js';
import { InvalidNameError, InvalidOptionError } from '../../../lib/errors/index.js';

const resolve = (options?: unknown, defaults: Parameters<typeof resolveOptions>[0] = {}) =>
  resolveTaskOptions(options as TaskOptions, 'send', resolveOptions(defaults));

const paths = (options: unknown): string[] => {
  try {
    resolve(options);
  } catch (error) {
    if (error instanceof InvalidOptionError) return error.issues.map(({ path }) => path).toSorted();
    throw error;
  }
  throw new Error('The options were accepted.');
};

describe('resolveTaskOptions', () => {
  it('takes the name of the method and the defaults of the module', () => {
    expect(resolve()).toEqual({
      name: 'send',
      queue: undefined,
      priority: 5,
      maxRetries: 3,
      timeout: 300_000,
      delay: undefined,
      scheduleAt: undefined,
      idempotencyKey: undefined,
      retry: { maxRetries: 3, backoff: 'exponential', delay: 1_000, maxDelay: 300_000, jitter: true },
      circuitBreaker: undefined,
    });
  });

  it('takes options that say nothing for none, and a list for no options', () => {
    expect(resolve({ priority: undefined, retry: {} })).toEqual(resolve());
    expect(resolve({ name: 'send' })).toEqual(resolve());
    expect(() => resolve([])).toThrow(InvalidOptionError);
  });

  it('takes a bare text for the name', () => {
    expect(resolve('send-email').name).toBe('send-email');
  });

  it('keeps what was said', () => {
    const key = (payload: { id: string }) => payload.id;
    const at = new Date(5);
    expect(
      resolve({
        name: 'n',
        queue: 'q',
        priority: 20,
        maxRetries: 0,
        timeout: '5s',
        scheduleAt: at,
        idempotencyKey: key,
      }),
    ).toMatchObject({
      name: 'n',
      queue: 'q',
      priority: 20,
      maxRetries: 0,
      timeout: 5_000,
      scheduleAt: at,
      idempotencyKey: key,
      retry: { maxRetries: 0 },
    });
    expect(resolve({ delay: '1h' }).delay).toBe(3_600_000);
  });

  it('puts its retry on top of that of the module, field by field', () => {
    const module = { retry: { maxRetries: 7, delay: '9s', backoff: 'linear', jitter: false } } as const;
    expect(resolve({ retry: { delay: '2s', jitter: undefined } }, module)).toMatchObject({
      maxRetries: 7,
      retry: { maxRetries: 7, delay: 2_000, backoff: 'linear', jitter: false },
    });
  });

  it('caps its timeout, and the default one', () => {
    const module = { timeout: { max: '1m' } };
    expect(resolve({ timeout: '2m' }, module).timeout).toBe(60_000);
    expect(resolve({ timeout: '2s' }, module).timeout).toBe(2_000);
    expect(resolve({}, module).timeout).toBe(60_000);
  });

  it('has a circuit breaker only when told, with its own defaults', () => {
    expect(resolve({ circuitBreaker: false }).circuitBreaker).toBeUndefined();
    expect(resolve({ circuitBreaker: true }).circuitBreaker).toEqual({ threshold: 5, cooldown: 30_000 });
    expect(resolve({ circuitBreaker: { threshold: 2 } }).circuitBreaker).toEqual({
      threshold: 2,
      cooldown: 30_000,
    });
  });

  it.each(["'; DROP", '{x}', 'a\nb', '__proto__', 'x'.repeat(10_240), '', 7])(
    'refuses the name %j',
    (name) => {
      expect(() => resolve({ name })).toThrow(InvalidNameError);
    },
  );

  it('refuses a method name that cannot be a task name', () => {
    expect(() => resolveTaskOptions(undefined, '_send', resolveOptions())).toThrow(InvalidNameError);
  });

  it('tells all other problems at once, under the name of the method', () => {
    expect(
      paths({
        queue: '{x}',
        priority: 21,
        maxRetries: -1,
        timeout: 0,
        delay: '-1s',
        scheduleAt: new Date('never'),
        idempotencyKey: 5,
        retry: { delay: 'soon', dela: 1 },
        circuitBreaker: { thresold: 1 },
        prio: 1,
      }),
    ).toEqual([
      'send.circuitBreaker.thresold',
      'send.delay',
      'send.idempotencyKey',
      'send.maxRetries',
      'send.prio',
      'send.priority',
      'send.queue',
      'send.retry.dela',
      'send.retry.delay',
      'send.scheduleAt',
      'send.timeout',
    ]);
  });

  it.each([
    [{ priorty: 1 }, 'Did you mean "priority"?'],
    [{ retry: { dela: 1 } }, 'Did you mean "delay"?'],
    [{ circuitBreaker: { thresold: 1 } }, 'Did you mean "threshold"?'],
    [{ retry: { maxRetries: 3 } }, 'is not an option'],
  ])('says the nearest known key for %j', (options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });

  it('refuses a delay together with a moment', () => {
    expect(paths({ delay: '1s', scheduleAt: new Date() })).toEqual(['send.scheduleAt']);
  });
});
