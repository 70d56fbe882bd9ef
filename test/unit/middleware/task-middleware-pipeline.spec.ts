import { describe, expect, it } from 'vitest';
import type { TaskMiddleware } from '../../../lib/contract/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';
import { noMiddleware, TaskMiddlewarePipeline } from '../../../lib/middleware/index.js';
import { aContext } from './a-context.js';

const appending = (letter: string): TaskMiddleware => ({
  intercept: async (_, next) => `${letter}${String(await next.handle())}`,
});

describe('TaskMiddlewarePipeline', () => {
  it('runs a handler inside the chain, the first middleware outermost', async () => {
    const pipeline = new TaskMiddlewarePipeline([appending('a'), appending('b')]);
    expect(await pipeline.execute(aContext(), () => 'c')).toBe('abc');
  });

  it('adds inside of what is there', async () => {
    const pipeline = new TaskMiddlewarePipeline().add(appending('a')).add(appending('b'));
    expect(await pipeline.execute(aContext(), () => '!')).toBe('ab!');
  });

  it('takes the hooks form', async () => {
    const seen: unknown[] = [];
    const pipeline = new TaskMiddlewarePipeline([{ afterTask: (_, result) => void seen.push(result) }]);
    await pipeline.execute(aContext(), () => 4);
    expect(seen).toEqual([4]);
  });

  it('refuses what is no middleware', () => {
    const pipeline = new TaskMiddlewarePipeline();
    expect(() => pipeline.add({})).toThrow(TaskRegistrationError);
  });

  it('compiles once for many runs; what is added later does not reach them', async () => {
    const pipeline = new TaskMiddlewarePipeline([appending('a')]);
    const step = pipeline.compile((ctx) => ctx.job.id);
    pipeline.add(appending('b'));
    expect(await step(aContext({ id: '1' }))).toBe('a1');
    expect(await step(aContext({ id: '2' }))).toBe('a2');
  });
});

describe('noMiddleware', () => {
  it('has nothing for any queue, and knows no class', () => {
    expect(noMiddleware.global()).toEqual([]);
    expect(noMiddleware.forQueue('default')).toEqual([]);
    class Audit implements TaskMiddleware {
      intercept = () => Promise.resolve();
    }
    expect(() => noMiddleware.resolve(Audit)).toThrow('Audit');
  });
});
