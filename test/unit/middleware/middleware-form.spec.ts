import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TaskMiddleware, TaskMiddlewareHooks } from '../../../lib/contract/index.js';
import { TaskRegistrationError, UnrecoverableError } from '../../../lib/errors/index.js';
import { toMiddleware } from '../../../lib/middleware/index.js';
import { aContext } from './a-context.js';
import { composed } from './composed.js';

const run = (hooks: TaskMiddlewareHooks, handler: () => unknown) =>
  composed([toMiddleware(hooks)], handler)(aContext());

describe('toMiddleware', () => {
  afterEach(() => vi.restoreAllMocks());

  it('leaves the interceptor form as it is', () => {
    const interceptor: TaskMiddleware = { intercept: (_, next) => next.handle() };
    expect(toMiddleware(interceptor)).toBe(interceptor);
  });

  it('calls beforeTask before the handler and afterTask with its result', async () => {
    const notes: unknown[] = [];
    const hooks: TaskMiddlewareHooks = {
      beforeTask: (ctx) => void notes.push(['before', ctx.job.id]),
      afterTask: (ctx, result) => void notes.push(['after', ctx.job.id, result]),
    };
    expect(await run(hooks, () => notes.push('handler'))).toBe(2);
    expect(notes).toEqual([['before', 'job-1'], 'handler', ['after', 'job-1', 2]]);
  });

  it('waits for hooks that take their time', async () => {
    const notes: string[] = [];
    const hooks: TaskMiddlewareHooks = {
      async beforeTask() {
        await Promise.resolve();
        notes.push('before');
      },
    };
    await run(hooks, () => notes.push('handler'));
    expect(notes).toEqual(['before', 'handler']);
  });

  it('ignores what afterTask returns', async () => {
    const hooks = { afterTask: () => 'something else' } as unknown as TaskMiddlewareHooks;
    expect(await run(hooks, () => 'the result')).toBe('the result');
  });

  it('tells onTaskError of a failure, and passes the error on', async () => {
    const boom = new Error('boom');
    const told: unknown[] = [];
    const hooks: TaskMiddlewareHooks = {
      onTaskError: (_, error) => void told.push(error),
      afterTask: () => void told.push('never'),
    };
    await expect(run(hooks, () => Promise.reject(boom))).rejects.toBe(boom);
    expect(told).toEqual([boom]);
  });

  it('keeps the job error when onTaskError fails itself, and logs the other', async () => {
    const lines: unknown[] = [];
    vi.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void lines.push(line));
    class Alarm implements TaskMiddlewareHooks {
      onTaskError(): Promise<void> {
        return Promise.reject(new Error('pager is down'));
      }
    }
    const final = new UnrecoverableError('no such customer');
    await expect(run(new Alarm(), () => Promise.reject(final))).rejects.toBe(final);
    expect(lines).toEqual(['onTaskError of Alarm failed: pager is down']);
  });

  it('fails the run when beforeTask throws, without calling the handler', async () => {
    let called = false;
    const hooks: TaskMiddlewareHooks = {
      beforeTask: () => {
        throw new Error('not today');
      },
    };
    await expect(run(hooks, () => (called = true))).rejects.toThrow('not today');
    expect(called).toBe(false);
  });

  it('fails the run when afterTask throws', async () => {
    const hooks: TaskMiddlewareHooks = { afterTask: () => Promise.reject(new Error('not stored')) };
    await expect(run(hooks, () => 1)).rejects.toThrow('not stored');
  });

  it('calls hooks with their own this', async () => {
    class Counter implements TaskMiddlewareHooks {
      count = 0;
      beforeTask(): void {
        this.count++;
      }
    }
    const counter = new Counter();
    await run(counter, () => 1);
    expect(counter.count).toBe(1);
  });

  it.each([
    ['an empty object', {}, 'Object'],
    ['an instance of a class without either form', new Map(), 'Map'],
    ['undefined', undefined, 'undefined'],
    ['an object without a prototype', Object.create(null), 'object'],
  ])('refuses %s', (_, instance, named) => {
    const call = () => toMiddleware(instance as TaskMiddleware);
    expect(call).toThrow(TaskRegistrationError);
    expect(call).toThrow(`${named} is no middleware`);
  });
});
