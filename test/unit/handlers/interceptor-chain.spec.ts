import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExecutionContext, NestInterceptor } from '@nestjs/common';
import { firstValueFrom, from, isObservable, type Observable, of, retry, take, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { InterceptorChain } from '../../../lib/handlers/enhancers/interceptor-chain.js';

const interceptorOf = (intercept: NestInterceptor['intercept']): NestInterceptor => ({ intercept });
const passing = interceptorOf((_, next) => next.handle());

/** What the chain gives, all values of it. */
async function valuesOf(
  interceptors: readonly NestInterceptor[],
  handler: () => Promise<unknown> = async () => 'done',
): Promise<unknown> {
  const result = await new InterceptorChain(interceptors, {} as ExecutionContext, handler).run();
  return isObservable(result) ? firstValueFrom(result.pipe(toArray())) : result;
}

describe('InterceptorChain', () => {
  it('gives what the handler gives, as one value', async () => {
    expect(await valuesOf([passing, passing])).toEqual(['done']);
  });

  it('gives the values of a stream that the handler gives, also by a promise', async () => {
    expect(await valuesOf([passing], async () => of(1, 2))).toEqual([1, 2]);
  });

  it('calls nothing before somebody wants its values', async () => {
    const handler = vi.fn(async () => 'done');
    const stream = new InterceptorChain([passing], {} as ExecutionContext, handler).run();
    expect(handler).not.toHaveBeenCalled();
    await firstValueFrom(stream as Observable<unknown>);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('calls what is inside again for retry()', async () => {
    const handler = vi.fn(async () => 'done').mockRejectedValueOnce(new Error('once'));
    const retrying = interceptorOf((_, next) => next.handle().pipe(retry(1)));
    const inside = vi.fn(passing.intercept);
    expect(await valuesOf([retrying, interceptorOf(inside)], handler)).toEqual(['done']);
    expect([inside.mock.calls.length, handler.mock.calls.length]).toEqual([2, 2]);
  });

  it('runs what is inside in the asynchronous context in which handle() was called', async () => {
    const storage = new AsyncLocalStorage<string>();
    const outer = interceptorOf((_, next) => storage.run('outer', () => next.handle()));
    const inner = interceptorOf((_, next) => storage.run(`${storage.getStore()}/inner`, () => next.handle()));
    expect(await valuesOf([outer, inner], async () => storage.getStore())).toEqual(['outer/inner']);
  });

  it('takes a promise of a stream from an interceptor', async () => {
    const later = interceptorOf(async (_, next) => next.handle());
    expect(await valuesOf([later, later])).toEqual(['done']);
  });

  it.each([
    ['the outermost', [interceptorOf(() => undefined as never), passing]],
    ['an inner one', [passing, interceptorOf(() => undefined as never)]],
    ['one that is async', [passing, interceptorOf(async () => undefined as never)]],
  ])('fails where an interceptor gives no stream: %s', async (_what, interceptors) => {
    await expect(async () => valuesOf(interceptors)).rejects.toThrow(TypeError);
  });

  it('fails with what an interceptor throws before it calls what is inside', async () => {
    const throwing = interceptorOf(() => {
      throw new Error('thrown');
    });
    await expect(valuesOf([passing, throwing])).rejects.toThrow('thrown');
  });

  it('fails with what the handler rejects with', async () => {
    await expect(valuesOf([passing], () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });

  it('does not begin a stream of the handler once nobody wants it', async () => {
    let settle: (stream: Observable<unknown>) => void = () => {};
    const handler = () => new Promise<unknown>((resolve) => (settle = resolve));
    const stream = new InterceptorChain(
      [passing],
      {} as ExecutionContext,
      handler,
    ).run() as Observable<unknown>;
    const subscription = stream.subscribe();
    const started = vi.fn(() => []);
    subscription.unsubscribe();
    settle(from({ [Symbol.iterator]: started } as never));
    await Promise.resolve();
    await Promise.resolve();
    expect(started).not.toHaveBeenCalled();
  });

  it('ends what the handler streams when an interceptor has enough', async () => {
    const first = interceptorOf((_, next) => next.handle().pipe(take(1)));
    expect(await valuesOf([first], async () => of(1, 2, 3))).toEqual([1]);
  });
});
