import { describe, expect, it } from 'vitest';
import { TaskError } from '../../../lib/errors/index.js';
import { CurrentTask } from '../../../lib/execution/index.js';
import { ExecutionDesk } from './a-run.js';

describe('CurrentTask', () => {
  it('is off until somebody asks for it: a job pays nothing for what nobody uses', async () => {
    const desk = new ExecutionDesk();
    const current = new CurrentTask(desk.storage);
    const seen: unknown[] = [];
    await desk.outcomeOf(() => void seen.push(current.context));
    expect(seen).toEqual([undefined]);
    expect(desk.storage.enabled).toBe(false);
  });

  it('gives the context of the running job to whatever its handler calls', async () => {
    const desk = new ExecutionDesk();
    desk.storage.enable();
    const current = new CurrentTask(desk.storage);
    const seen: unknown[] = [];
    const deep = async () => {
      await Promise.resolve();
      seen.push(current.require().job.id);
    };
    desk.begin(async (_, ctx) => {
      await deep();
      seen.push(current.context === ctx);
    });
    await desk.clock.advance(0);
    expect(seen).toEqual(['job-1', true]);
  });

  it('keeps jobs that run side by side apart', async () => {
    const desk = new ExecutionDesk();
    desk.storage.enable();
    const current = new CurrentTask(desk.storage);
    const seen: string[] = [];
    const handler = async () => {
      const before = current.require().job.id;
      await Promise.resolve();
      seen.push(`${before} ${current.require().job.id}`);
    };
    desk.begin(handler, { id: 'a' });
    desk.begin(handler, { id: 'b' });
    await desk.clock.advance(0);
    expect(seen).toEqual(['a a', 'b b']);
  });

  it('reaches middleware too', async () => {
    const seen: unknown[] = [];
    const desk: ExecutionDesk = new ExecutionDesk({}, [
      {
        intercept: (ctx, next) => {
          seen.push(new CurrentTask(desk.storage).context === ctx);
          return next.handle();
        },
      },
    ]);
    desk.storage.enable();
    await desk.outcomeOf(() => 1);
    expect(seen).toEqual([true]);
  });

  it('has nothing to give outside of a job', () => {
    const desk = new ExecutionDesk();
    desk.storage.enable();
    const current = new CurrentTask(desk.storage);
    expect(current.context).toBeUndefined();
    expect(() => current.require()).toThrow(TaskError);
  });
});
