import { describe, expect, it } from 'vitest';
import type { TaskExecutionContext } from '../../../lib/contract/index.js';
import {
  DirectMiddleware,
  ObservingMiddleware,
  type Step,
  type StepEnd,
} from '../../../lib/middleware/index.js';
import { aContext } from './a-context.js';
import { composed } from './composed.js';

class Doubling extends DirectMiddleware {
  step(ctx: TaskExecutionContext, next: Step, end: StepEnd): void {
    next(ctx, {
      completed: (result) => end.completed((result as number) * 2),
      failed: (error) => end.failed(error),
    });
  }
}

class Watching extends ObservingMiddleware {
  readonly seen: unknown[] = [];

  protected override begins(): void {
    this.seen.push('begins');
  }

  completes(_: TaskExecutionContext, result: unknown): void {
    this.seen.push(['completes', result]);
  }

  fails(_: TaskExecutionContext, error: unknown): void {
    this.seen.push(['fails', error]);
  }
}

class Faulty extends ObservingMiddleware {
  protected override begins(): void {
    throw new Error('faulty');
  }

  completes(): void {
    throw new Error('faulty');
  }

  fails(): void {
    throw new Error('faulty');
  }
}

describe('DirectMiddleware', () => {
  it('is a step of a pipeline, beside middleware of any form', async () => {
    const plusOne = {
      intercept: (_: TaskExecutionContext, next: { handle(): Promise<unknown> }) =>
        next.handle().then((result) => (result as number) + 1),
    };
    expect(await composed([new Doubling(), plusOne, new Doubling()], () => 3)(aContext())).toBe(14);
  });

  it('is usable by hand as any middleware', async () => {
    expect(await new Doubling().intercept(aContext(), { handle: () => Promise.resolve(3) })).toBe(6);
    const failing = { handle: () => Promise.reject(new Error('boom')) };
    await expect(new Doubling().intercept(aContext(), failing)).rejects.toThrow('boom');
  });

  it('rejects when what stands behind it throws outside of a promise', async () => {
    const careless = {
      handle: () => {
        throw new Error('careless');
      },
    };
    await expect(new Doubling().intercept(aContext(), careless)).rejects.toThrow('careless');
  });
});

describe('ObservingMiddleware', () => {
  it('sees how a run begins and ends, and changes nothing', async () => {
    const watching = new Watching();
    const boom = new Error('boom');
    expect(await composed([watching], () => 3)(aContext())).toBe(3);
    await expect(composed([watching], () => Promise.reject(boom))(aContext())).rejects.toBe(boom);
    expect(watching.seen).toEqual(['begins', ['completes', 3], 'begins', ['fails', boom]]);
  });

  it('changes nothing when it throws itself, as a logger can', async () => {
    const boom = new Error('boom');
    expect(await composed([new Faulty()], () => 3)(aContext())).toBe(3);
    await expect(composed([new Faulty()], () => Promise.reject(boom))(aContext())).rejects.toBe(boom);
  });
});
