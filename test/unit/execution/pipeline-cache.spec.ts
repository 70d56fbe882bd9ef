import { describe, expect, it } from 'vitest';
import type { TaskMiddleware, TaskMiddlewareType } from '../../../lib/contract/index.js';
import { PipelineCache } from '../../../lib/execution/index.js';
import { type MiddlewareSource, promiseOf } from '../../../lib/middleware/index.js';
import { aContext } from '../middleware/a-context.js';
import { aTask } from './a-run.js';

const named = (name: string, notes: string[]): TaskMiddleware => ({
  intercept: (_, next) => {
    notes.push(name);
    return next.handle();
  },
});

class OfTask implements TaskMiddleware {
  intercept: TaskMiddleware['intercept'] = (_, next) => next.handle();
}

function aSource(notes: string[]) {
  const asked: string[] = [];
  const source: MiddlewareSource = {
    global: () => [named('global', notes)],
    forQueue: (queue) => {
      asked.push(queue);
      return [named(`queue ${queue}`, notes)];
    },
    resolve: (type: TaskMiddlewareType) => named(type.name, notes),
  };
  return { source, asked };
}

describe('PipelineCache', () => {
  it('puts built-in middleware outermost, then global, that of the queue, and that of the task', async () => {
    const notes: string[] = [];
    const cache = new PipelineCache([named('built-in', notes)], aSource(notes).source);
    const task = aTask(() => notes.push('handler'), {}, { middleware: [OfTask] });
    await promiseOf(cache.get(task, 'reports'), aContext());
    expect(notes).toEqual(['built-in', 'global', 'queue reports', 'OfTask', 'handler']);
  });

  it('composes once for a task and a queue', () => {
    const { source, asked } = aSource([]);
    const cache = new PipelineCache([], source);
    const task = aTask(() => 1);
    expect(cache.get(task, 'a')).toBe(cache.get(task, 'a'));
    expect(cache.get(task, 'a')).not.toBe(cache.get(task, 'b'));
    expect(asked).toEqual(['a', 'b']);
  });

  it('composes anew for a handler that is registered again under the same name', () => {
    const cache = new PipelineCache([], aSource([]).source);
    expect(
      cache.get(
        aTask(() => 1),
        'a',
      ),
    ).not.toBe(
      cache.get(
        aTask(() => 2),
        'a',
      ),
    );
  });

  it('hands the handler the payload and the context', async () => {
    const seen: unknown[] = [];
    const cache = new PipelineCache([], { ...aSource([]).source });
    const ctx = aContext({}, { payload: 5 });
    await promiseOf(
      cache.get(
        aTask((...given) => seen.push(...given)),
        'a',
      ),
      ctx,
    );
    expect(seen[0]).toBe(5);
    expect(seen[1]).toBe(ctx);
  });
});
