import { describe, expect, it, onTestFinished } from 'vitest';
import { TaskContextCarriers } from '../../../lib/context/index.js';
import type { TaskContextCarrier } from '../../../lib/contract/index.js';
import { TaskContextError } from '../../../lib/errors/index.js';
import { settle } from '../../e2e/gate.js';

type Run = (headers: Readonly<Record<string, string>>, body: () => unknown) => unknown;

/** Carriers whose `run` does as it is told, the first outermost. */
const carriersOf = (...runs: Run[]): TaskContextCarriers => {
  const carriers = new TaskContextCarriers();
  carriers.use(runs.map((run): TaskContextCarrier => ({ capture: () => undefined, run: run as never })));
  return carriers;
};

describe('TaskContextCarriers.run', () => {
  it('gives what the body gives, and throws what it throws', () => {
    const carriers = carriersOf((_, body) => body());
    expect(carriers.run({}, () => 7)).toBe(7);
    const error = new Error('mine');
    expect(() =>
      carriers.run({}, () => {
        throw error;
      }),
    ).toThrow(error);
  });

  it('hands every carrier all headers, the first outermost', () => {
    const order: string[] = [];
    const noting =
      (name: string): Run =>
      (headers, body) => {
        order.push(`${name} ${headers['tenant']}`);
        const result = body();
        order.push(`out of ${name}`);
        return result;
      };
    carriersOf(noting('a'), noting('b')).run({ tenant: 'acme' }, () => order.push('body'));
    expect(order).toEqual(['a acme', 'b acme', 'body', 'out of b', 'out of a']);
  });

  it('gives what the body gives, whatever the carrier makes of it', () => {
    expect(carriersOf((_, body) => void body()).run({}, () => 7)).toBe(7);
    const swallowing: Run = (_, body) => {
      try {
        return body();
      } catch {
        return 'all is well';
      }
    };
    expect(() =>
      carriersOf(swallowing).run({}, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });

  it('takes no notice of what a carrier throws once the body has returned: the run has begun', () => {
    const late: Run = (_, body) => {
      body();
      throw new Error('while tidying up');
    };
    expect(carriersOf(late).run({}, () => 7)).toBe(7);
  });

  it('refuses a carrier that does not call the body before it returns, or calls it twice', async () => {
    let calls = 0;
    const later: Run = (_, body) => Promise.resolve().then(body);
    expect(() => carriersOf(later).run({}, () => calls++)).toThrow(TaskContextError);
    const errors: unknown[] = [];
    const twice: Run = (_, body) => {
      body();
      try {
        body();
      } catch (error) {
        errors.push(error);
      }
    };
    carriersOf(twice).run({}, () => calls++);
    expect(errors).toEqual([expect.any(TaskContextError)]);
    await settle();
    // The one that came too late ran nothing either: its run had been told to have failed.
    expect(calls).toBe(1);
  });

  it('leaves no rejection of an asynchronous carrier unhandled', async () => {
    const seen: unknown[] = [];
    const note = (reason: unknown) => void seen.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const asynchronous: Run = async (_, body) => {
      body();
      await Promise.resolve();
      throw new Error('while tidying up');
    };
    expect(carriersOf(asynchronous).run({}, () => 7)).toBe(7);
    await settle();
    expect(seen).toEqual([]);
  });
});

describe('TaskContextCarriers.capture', () => {
  const capturing = (...given: unknown[]): TaskContextCarriers => {
    const carriers = new TaskContextCarriers();
    carriers.use(
      given.map((values): TaskContextCarrier => ({
        capture: () => values as never,
        run: (_, body) => body(),
      })),
    );
    return carriers;
  };

  it('gathers what each gives, the later one going before', () => {
    expect({ ...capturing({ a: '1', b: '1' }, undefined, { b: '2' }).capture() }).toEqual({ a: '1', b: '2' });
  });

  it('gives nothing where there is nothing', () => {
    expect(capturing().capture()).toBeUndefined();
    expect(capturing(undefined, null, {}, { a: undefined }).capture()).toBeUndefined();
  });

  it.each([
    ['a number', { tenant: 7 }],
    ['an object', { tenant: {} }],
    ['null', { tenant: null }],
    ['a name that is no key of its own', JSON.parse('{"__proto__":"acme"}')],
    ['no object', 'acme'],
    ['a list', ['acme']],
    ['a promise', Promise.resolve({ tenant: 'acme' })],
    ['a map', new Map([['tenant', 'acme']])],
    [
      'what throws when it is read',
      Object.defineProperty({}, 'tenant', { enumerable: true, get: () => expect.unreachable() }),
    ],
  ])('refuses %s', (_what, values) => {
    expect(() => capturing(values).capture()).toThrow(TaskContextError);
  });
});
