import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { TaskCompletedEvent, TaskEvent, TaskFailedEvent } from '../../../lib/contract/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';
import { TaskEvents } from '../../../lib/events/index.js';

const completed = (overrides: Partial<TaskCompletedEvent> = {}): TaskCompletedEvent => ({
  type: 'completed',
  taskId: 'job-1',
  taskName: 'send',
  queueName: 'default',
  workerId: 'w1',
  attempt: 1,
  result: 'ok',
  duration: 3,
  ...overrides,
});

const queued = (taskId = 'job-1'): TaskEvent => ({
  type: 'queued',
  taskId,
  taskName: 'send',
  queueName: 'default',
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('TaskEvents: listeners', () => {
  it('hands an event to the listeners of its type, in the order in which they registered', () => {
    const events = new TaskEvents();
    const calls: string[] = [];
    events.on('completed', () => calls.push('first'));
    events.on('failed', () => calls.push('never'));
    events.on('completed', () => calls.push('second'));
    events.emit(completed());
    expect(calls).toEqual(['first', 'second']);
  });

  it('hands over the event before emit returns', () => {
    const events = new TaskEvents();
    let seen: TaskEvent | undefined;
    events.on('completed', (event) => (seen = event));
    const event = completed();
    events.emit(event);
    expect(seen).toBe(event);
  });

  it.each([
    [{ task: 'send' }, true],
    [{ task: 'other' }, false],
    [{ queue: 'default' }, true],
    [{ queue: 'other' }, false],
    [{ task: 'send', queue: 'default' }, true],
    [{ task: 'send', queue: 'other' }, false],
    [{}, true],
  ])('applies the filter %j to an event of task send on queue default', (filter, expected) => {
    const events = new TaskEvents();
    const listener = vi.fn<(event: TaskEvent) => void>();
    events.on('completed', listener, filter);
    events.emit(completed());
    expect(listener.mock.calls.length > 0).toBe(expected);
  });

  it.each([
    [{ tasks: 'send' }, 'filter.tasks'],
    [{ task: 5 }, 'filter.task'],
    [{ queue: 'not a name' }, 'filter.queue'],
  ])('refuses the filter %j, which no event could pass or none would stop', (filter, path) => {
    const events = new TaskEvents();
    const wrong = expect.objectContaining({
      code: 'TASKS_INVALID_OPTION',
      issues: [expect.objectContaining({ path })],
    });
    expect(() => events.on('completed', () => undefined, filter as never)).toThrow(wrong);
    expect(() => events.of('completed', filter as never)).toThrow(wrong);
  });

  it('refuses what is no function', () => {
    expect(() => new TaskEvents().on('completed', undefined as never)).toThrow(
      expect.objectContaining({
        code: 'TASKS_INVALID_OPTION',
        issues: [{ path: 'listener', message: 'must be a function' }],
      }),
    );
  });

  it('refuses a type that there is not before anybody subscribes', () => {
    expect(() => new TaskEvents().of('complete' as never)).toThrow(TaskRegistrationError);
  });

  it('stops when the listener is taken away, and taking it away twice does nothing more', () => {
    const events = new TaskEvents();
    const kept = vi.fn<() => void>();
    const stop = events.on('completed', () => expect.unreachable());
    events.on('completed', kept);
    stop();
    stop();
    events.emit(completed());
    expect(kept).toHaveBeenCalledOnce();
  });

  it('calls the same function once for each time that it was registered', () => {
    const events = new TaskEvents();
    const listener = vi.fn<() => void>();
    events.on('completed', listener);
    const stop = events.on('completed', listener);
    events.emit(completed());
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
    events.emit(completed());
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('reaches everybody who listened when the event began, also when one of them stops another', () => {
    const events = new TaskEvents();
    const second = vi.fn<() => void>();
    let stopSecond: () => void = () => expect.unreachable();
    events.on('completed', () => stopSecond());
    stopSecond = events.on('completed', second);
    events.emit(completed());
    events.emit(completed());
    expect(second).toHaveBeenCalledOnce();
  });

  it('does not hand the event in progress to a listener that joins during it', () => {
    const events = new TaskEvents();
    const late = vi.fn<() => void>();
    events.on('completed', () => events.on('completed', late));
    events.emit(completed());
    expect(late).not.toHaveBeenCalled();
  });

  it('types the event by its name', () => {
    const events = new TaskEvents();
    events.on('failed', (event) => expectTypeOf(event).toEqualTypeOf<TaskFailedEvent>());
    // @ts-expect-error a failed event has no result
    events.on('failed', (event) => event.result);
  });

  it('refuses a type that there is not, also where no compiler looks', () => {
    const events = new TaskEvents();
    // @ts-expect-error there is no such event
    const listen = () => events.on('fialed', () => undefined);
    expect(listen).toThrow(TaskRegistrationError);
    expect(listen).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^there is no event "fialed"; .*\. Did you mean "failed"\?$/),
        remedy: expect.not.stringContaining('decorator'),
      }),
    );
  });
});

describe('TaskEvents: what a listener does wrong', () => {
  it('logs a listener that throws, by its name and the job, and goes on with the next', () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const events = new TaskEvents();
    const next = vi.fn<() => void>();
    events.on('completed', function pageSomebody() {
      throw new Error('no network');
    });
    events.on('completed', next);
    expect(() => events.emit(completed())).not.toThrow();
    expect(next).toHaveBeenCalledOnce();
    expect(error.mock.calls[0]?.[0]).toBe(
      "pageSomebody failed on 'completed' of job job-1 (send): no network",
    );
  });

  it('logs a listener that rejects', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const events = new TaskEvents();
    events.on('completed', () => Promise.reject(new Error('later')), {}, 'Pager.page');
    events.emit(completed());
    await events.settled();
    expect(error.mock.calls[0]?.[0]).toContain('Pager.page failed');
  });

  it('survives a listener that throws what is no error', () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const events = new TaskEvents();
    events.on('completed', () => {
      throw null;
    });
    expect(() => events.emit(completed())).not.toThrow();
    expect(error).toHaveBeenCalledOnce();
  });
});

describe('TaskEvents: who wants what', () => {
  it('wants nothing while nobody listens', () => {
    const events = new TaskEvents();
    expect(events.wants('completed')).toBe(false);
  });

  it('wants a type from its first listener until its last has gone', () => {
    const events = new TaskEvents();
    const stops = [events.on('completed', () => undefined), events.on('completed', () => undefined)];
    expect([events.wants('completed'), events.wants('failed')]).toEqual([true, false]);
    stops[0]?.();
    expect(events.wants('completed')).toBe(true);
    stops[1]?.();
    expect(events.wants('completed')).toBe(false);
  });

  it('wants every type while the stream has a subscriber, and not because somebody holds it', () => {
    const events = new TaskEvents();
    const { stream } = events;
    expect(events.wants('progress')).toBe(false);
    const subscription = stream.subscribe();
    expect(events.wants('progress')).toBe(true);
    subscription.unsubscribe();
    expect(events.wants('progress')).toBe(false);
  });
});

describe('TaskEvents: streams', () => {
  it('gives every event in order on `stream`', () => {
    const events = new TaskEvents();
    const seen: string[] = [];
    events.stream.subscribe((event) => seen.push(`${event.type}:${event.taskId}`));
    events.emit(queued('a'));
    events.emit(completed({ taskId: 'a' }));
    events.emit(queued('b'));
    expect(seen).toEqual(['queued:a', 'completed:a', 'queued:b']);
  });

  it('refuses a filter that does not exist: it would pass for no filter at all', () => {
    const events = new TaskEvents();
    const mistyped = { taks: 'send' } as object;
    expect(() => events.on('failed', () => undefined, mistyped)).toThrow(/Did you mean "task"\?/u);
    expect(() => events.of('failed', mistyped)).toThrow(/Did you mean "task"\?/u);
  });

  it('gives the events of one type and filter on `of`, typed', () => {
    const events = new TaskEvents();
    const seen: unknown[] = [];
    events.of('completed', { task: 'send' }).subscribe((event) => {
      expectTypeOf(event).toEqualTypeOf<TaskCompletedEvent>();
      seen.push(event.result);
    });
    events.emit(completed({ result: 1 }));
    events.emit(completed({ result: 2, taskName: 'other' }));
    events.emit(queued());
    expect(seen).toEqual([1]);
  });

  it('keeps nothing for subscribers that come later', () => {
    const events = new TaskEvents();
    events.emit(completed());
    const seen = vi.fn<() => void>();
    events.stream.subscribe(seen);
    expect(seen).not.toHaveBeenCalled();
  });

  it('completes when the application has shut down, and at once for who subscribes afterwards', () => {
    const events = new TaskEvents();
    const done = vi.fn<() => void>();
    events.stream.subscribe({ complete: done });
    events.of('failed').subscribe({ complete: done });
    events.close();
    expect(done).toHaveBeenCalledTimes(2);
    expect(events.wants('failed')).toBe(false);
    events.stream.subscribe({ complete: done });
    expect(done).toHaveBeenCalledTimes(3);
    expect(events.wants('failed')).toBe(false);
  });
});

describe('TaskEvents: shutdown', () => {
  it('waits for listeners that are still at work, also for those that they set off', async () => {
    const events = new TaskEvents();
    const finished: string[] = [];
    let release: () => void = () => expect.unreachable();
    const gate = new Promise<void>((resolve) => (release = resolve));
    events.on('completed', async () => {
      await gate;
      finished.push('first');
      events.emit(queued());
    });
    events.on('queued', async () => {
      await Promise.resolve();
      finished.push('second');
    });
    events.emit(completed());
    const settled = events.settled().then(() => finished.push('settled'));
    release();
    await settled;
    expect(finished).toEqual(['first', 'second', 'settled']);
  });
});
