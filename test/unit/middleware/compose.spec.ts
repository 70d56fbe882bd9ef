import { describe, expect, it } from 'vitest';
import type { TaskMiddleware } from '../../../lib/contract/index.js';

import { aContext } from './a-context.js';
import { compose } from '../../../lib/middleware/index.js';
import { composed } from './composed.js';

const noting = (name: string, notes: string[]): TaskMiddleware => ({
  async intercept(_ctx, next) {
    notes.push(`${name} before`);
    try {
      return await next.handle();
    } finally {
      notes.push(`${name} after`);
    }
  },
});

describe('compose', () => {
  it('runs the first middleware outermost and the handler innermost', async () => {
    const notes: string[] = [];
    const run = composed([noting('a', notes), noting('b', notes)], () => notes.push('handler'));
    await run(aContext());
    expect(notes).toEqual(['a before', 'b before', 'handler', 'b after', 'a after']);
  });

  it('gives what the handler returns, awaited or not', async () => {
    expect(await composed([], () => 7)(aContext())).toBe(7);
    expect(await composed([], async () => 7)(aContext())).toBe(7);
  });

  it('waits for a thenable of another library', async () => {
    const thenable = { then: (resolve: (value: number) => void) => resolve(7) };
    expect(await composed([], () => thenable)(aContext())).toBe(7);
  });

  it('waits for a thenable that is a function', async () => {
    const query = Object.assign(() => undefined, { then: (resolve: (value: number) => void) => resolve(7) });
    expect(await composed([], () => query)(aContext())).toBe(7);
  });

  it('takes a property `then` that is no function for a result', async () => {
    expect(await composed([], () => ({ then: 5 }))(aContext())).toEqual({ then: 5 });
  });

  it.each<[string, unknown]>([
    [
      'throws',
      {
        then: () => {
          throw new Error('broken');
        },
      },
    ],
    [
      'cannot be looked at',
      {
        get then() {
          throw new Error('broken');
        },
      },
    ],
  ])('fails with what a thenable says that %s', async (_, thenable) => {
    await expect(composed([], () => thenable)(aContext())).rejects.toThrow('broken');
  });

  it('tells the end once, of a thenable that settles more than once too', async () => {
    const ends: unknown[] = [];
    const end = {
      completed: (result: unknown) => void ends.push(['completed', result]),
      failed: (error: unknown) => void ends.push(['failed', error]),
    };
    const careless = {
      then: (resolve: (value: number) => void, reject: (error: unknown) => void) => {
        resolve(1);
        reject(new Error('2'));
        resolve(3);
      },
    };
    compose([], () => careless)(aContext(), end);
    await new Promise(setImmediate);
    expect(ends).toEqual([['completed', 1]]);
  });

  it('hands every step the same context', async () => {
    const seen: unknown[] = [];
    const ctx = aContext();
    const looking: TaskMiddleware = {
      intercept: (given, next) => {
        seen.push(given);
        return next.handle();
      },
    };
    await composed([looking, looking], (given) => seen.push(given))(ctx);
    expect(seen).toEqual([ctx, ctx, ctx]);
    expect(seen.every((one) => one === ctx)).toBe(true);
  });

  it('lets a middleware change the result', async () => {
    const doubling: TaskMiddleware = { intercept: async (_, next) => ((await next.handle()) as number) * 2 };
    expect(await composed([doubling, doubling], () => 3)(aContext())).toBe(12);
  });

  it('lets a middleware answer without calling the handler', async () => {
    const cached: TaskMiddleware = { intercept: () => Promise.resolve('cached') };
    let called = false;
    expect(await composed([cached], () => (called = true))(aContext())).toBe('cached');
    expect(called).toBe(false);
  });

  it('lets a middleware call the handler again', async () => {
    let calls = 0;
    const twice: TaskMiddleware = {
      intercept: (_, next) => next.handle().catch(() => next.handle()),
    };
    const handler = () => {
      if (++calls === 1) throw new Error('first');
      return calls;
    };
    expect(await composed([twice], handler)(aContext())).toBe(2);
  });

  it.each([
    ['an error', new Error('boom')],
    ['null', null],
    ['undefined', undefined],
    ['a text', 'boom'],
  ])('passes on %s that the handler throws, unchanged', async (_, thrown) => {
    const outer: TaskMiddleware = { intercept: (_ctx, next) => next.handle() };
    const throwing = () => {
      throw thrown;
    };
    const caught = await composed(
      [outer],
      throwing,
    )(aContext()).then(
      () => 'nothing',
      (error: unknown) => error,
    );
    expect(caught).toBe(thrown);
  });

  it('turns what a middleware throws outside of a promise into a rejection for those around it', async () => {
    const careless: TaskMiddleware = {
      intercept: () => {
        throw new Error('careless');
      },
    };
    const caught: unknown[] = [];
    const catching: TaskMiddleware = {
      intercept: (_, next) =>
        next.handle().catch((error: unknown) => {
          caught.push(error);
          return 'mended';
        }),
    };
    expect(await composed([catching, careless], () => 1)(aContext())).toBe('mended');
    expect(caught).toEqual([new Error('careless')]);
  });

  it('makes a promise of what a middleware returns without one', async () => {
    const plain = { intercept: () => 5 } as unknown as TaskMiddleware;
    const adding: TaskMiddleware = { intercept: (_, next) => next.handle().then((n) => (n as number) + 1) };
    expect(await composed([adding, plain], () => 1)(aContext())).toBe(6);
  });
});
