import { describe, expect, it } from 'vitest';
import type { PayloadCodec, TaskMiddleware } from '../../../lib/contract/index.js';
import { CodecSet } from '../../../lib/codecs/index.js';
import {
  LeaseLostError,
  PayloadTooLargeError,
  RetryLaterError,
  TaskCancelledError,
  TasksClosedError,
  TaskTimeoutError,
  UnrecoverableError,
} from '../../../lib/errors/index.js';
import { deferred } from '../middleware/a-context.js';
import { aClaimedJob, aTask, ExecutionDesk, type Handler } from './a-run.js';

const failing = (thrown: unknown) => (): never => {
  throw thrown;
};

describe('TaskExecutor: a run that goes well', () => {
  it('hands the handler its decoded payload and its context', async () => {
    const desk = new ExecutionDesk();
    const seen: unknown[] = [];
    await desk.outcomeOf((payload, ctx) => void seen.push(payload, ctx.job.id, ctx.attempt, ctx.workerId));
    expect(seen).toEqual([{ to: 'ada' }, 'job-1', 1, 'worker-1']);
  });

  it.each([
    ['at once', () => ({ sent: true })],
    ['by a promise', () => Promise.resolve({ sent: true })],
  ])('completes with the encoded result of a handler that returns %s', async (_, handler) => {
    expect(await new ExecutionDesk().outcomeOf(handler)).toEqual({
      kind: 'completed',
      result: '{"sent":true}',
    });
  });

  it('stores no result where there is none', async () => {
    expect(await new ExecutionDesk().outcomeOf(() => undefined)).toEqual({ kind: 'completed' });
  });

  it('keeps the list of a Promise.all of calls that give nothing', async () => {
    expect(await new ExecutionDesk().outcomeOf(() => [undefined, 1])).toMatchObject({
      kind: 'completed',
      result: '[null,1]',
    });
  });

  it('hands a job without a payload undefined', async () => {
    const seen: unknown[] = [];
    await new ExecutionDesk().outcomeOf((payload) => void seen.push(payload), { payload: undefined });
    expect(seen).toEqual([undefined]);
  });

  it('writes the result with the codec that the job came with, which is the one that readers know of', async () => {
    const shouting: PayloadCodec = {
      name: 'shouting',
      encode: (value) => `${String(value)}!`,
      decode: (payload) => String(payload).slice(0, -1),
    };
    const codecs = new CodecSet([shouting]);
    const desk = new ExecutionDesk();
    const echo: Handler = (payload) => payload;
    expect(await desk.outcomeOf(echo, { payload: '"a"' }, { codecs })).toMatchObject({ result: '"a"' });
    const own = { payload: 'a!', codec: 'shouting' };
    expect(await desk.outcomeOf(echo, own, { codecs })).toMatchObject({ result: 'a!' });
  });

  it('measures how long it took', async () => {
    const desk = new ExecutionDesk();
    desk.begin(() => desk.clock.advance(40));
    await desk.clock.advance(0);
    expect(desk.runs[0]).toMatchObject({ duration: 40, error: undefined });
  });

  it('announces the start, when somebody listens', async () => {
    const desk = new ExecutionDesk();
    await desk.outcomeOf(() => 1, { attempt: 2 });
    expect(desk.events).toEqual([
      {
        type: 'started',
        taskId: 'job-1',
        taskName: 'send-email',
        queueName: 'default',
        workerId: 'worker-1',
        attempt: 2,
      },
    ]);
    desk.wanted = [];
    await desk.outcomeOf(() => 1);
    expect(desk.events).toHaveLength(1);
  });
});

describe('TaskExecutor: a run that fails', () => {
  it.each([
    ['an error', new Error('boom'), 'Error', 'boom'],
    ['null', null, 'NonError', 'null'],
    ['undefined', undefined, 'NonError', 'undefined'],
    ['a text', 'boom', 'NonError', 'boom'],
    ['an object', { code: 7 }, 'NonError', '{"code":7}'],
  ])('tries again what threw %s', async (_, thrown, name, message) => {
    const desk = new ExecutionDesk();
    expect(await desk.outcomeOf(failing(thrown))).toMatchObject({
      kind: 'retry',
      in: 1_000,
      error: { name, message, at: 1_000_000 },
    });
    expect(desk.runs[0]?.error).toBe(thrown);
  });

  it('treats a handler that throws and one that rejects alike', async () => {
    const desk = new ExecutionDesk();
    const rejected = await desk.outcomeOf(() => Promise.reject(new UnrecoverableError('no')));
    const thrown = await desk.outcomeOf(failing(new UnrecoverableError('no')));
    expect([rejected?.kind, thrown?.kind]).toEqual(['failed', 'failed']);
  });

  it('makes a dead letter of the last attempt', async () => {
    const last = { attempt: 4, maxRetries: 3 };
    expect(await new ExecutionDesk().outcomeOf(failing(new Error('boom')), last)).toMatchObject({
      kind: 'failed',
    });
  });

  it.each<[string, TaskMiddleware['intercept']]>([
    ['rejects', () => Promise.reject(new Error('not today'))],
    ['throws', failing(new Error('not today'))],
    ['throws after the handler', (_, next) => next.handle().then(failing(new Error('not today')))],
  ])('fails the job of a middleware that %s', async (_, intercept) => {
    const desk = new ExecutionDesk({}, [{ intercept }]);
    expect(await desk.outcomeOf(() => 1)).toMatchObject({ kind: 'retry', error: { message: 'not today' } });
  });

  it('fails the job of a middleware that cannot be made, and tells the sink once', async () => {
    class Missing implements TaskMiddleware {
      intercept = () => Promise.resolve();
    }
    const desk = new ExecutionDesk();
    const outcome = await desk.outcomeOf(aTask(() => 1, {}, { middleware: [Missing] }));
    expect(outcome).toMatchObject({ kind: 'retry', error: { message: expect.stringContaining('Missing') } });
    expect(desk.outcomes).toHaveLength(1);
  });
});

describe('TaskExecutor: what no other run could mend', () => {
  it('says in the dead letter of a misspelt task which one was probably meant, where handlers are known', () => {
    const meant = (name: string) => (name === 'helo' ? 'Did you mean "hello"?' : undefined);
    const desk = new ExecutionDesk();
    Object.assign(desk.tasks, { suggestion: meant });
    desk.beginAs(aClaimedJob({ name: 'helo' }));
    const message = 'No handler is registered for task "helo". Did you mean "hello"?';
    expect(desk.outcomes).toMatchObject([{ kind: 'failed', error: { message } }]);
  });

  it('makes a dead letter of a job of an unknown task, and says so', async () => {
    const desk = new ExecutionDesk();
    desk.beginAs(aClaimedJob({ name: 'gone' }));
    expect(desk.outcomes).toMatchObject([{ kind: 'failed', error: { code: 'TASKS_NOT_FOUND' } }]);
    expect(desk.runs[0]).toMatchObject({ hasBegun: false, duration: 0 });
    expect(desk.lines).toEqual([
      'Job job-1 of task gone on queue default failed: TaskNotFoundError: No handler is registered for task "gone".',
    ]);
  });

  it.each([
    ['at least a second', 1_000_000, 1_000],
    ['a quarter of its age', 1_000_000 - 80_000, 20_000],
    ['at most a minute', 0, 60_000],
    ['a second, when the clocks disagree', 2_000_000, 1_000],
  ])('gives it back when told to, for %s', (_, createdAt, delay) => {
    const desk = new ExecutionDesk({ unknownTask: 'release' });
    desk.beginAs(aClaimedJob({ name: 'gone', createdAt }));
    expect(desk.outcomes).toEqual([{ kind: 'released', in: delay, countAttempt: false }]);
    expect(desk.lines).toEqual([]);
  });

  it('finds a handler that was registered after the start', async () => {
    const desk = new ExecutionDesk({ unknownTask: 'release' });
    desk.beginAs(aClaimedJob());
    expect(await desk.outcomeOf(() => 1)).toMatchObject({ kind: 'completed' });
  });

  it.each([
    ['that is not of its codec', { payload: '{' }],
    ['of an unknown codec', { codec: 'msgpack' }],
  ])('makes a dead letter of a payload %s, without a run', async (_, job) => {
    const desk = new ExecutionDesk();
    let called = false;
    const outcome = await desk.outcomeOf(() => (called = true), job);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TASKS_CODEC' } });
    expect([called, desk.events, desk.lines.length]).toEqual([false, [], 1]);
  });

  it.each([
    ['that the codec cannot carry', () => 10n, 'TASKS_VALIDATION'],
    ['over the cap', () => 'x'.repeat(1_000), 'TASKS_PAYLOAD_TOO_LARGE'],
  ])('does not repeat the work of a handler for a result %s', async (_, handler, code) => {
    const desk = new ExecutionDesk();
    expect(await desk.outcomeOf(handler)).toMatchObject({ kind: 'failed', error: { code } });
    expect(desk.lines).toHaveLength(1);
  });

  it('takes a result of exactly the cap', async () => {
    const desk = new ExecutionDesk({ maxResultSize: 10 });
    expect(await desk.outcomeOf(() => '12345678')).toMatchObject({ kind: 'completed' });
    expect(await desk.outcomeOf(() => '123456789')).toMatchObject({ kind: 'failed' });
    expect(desk.runs[1]?.error).toBeInstanceOf(PayloadTooLargeError);
  });

  it('lets no name or message forge a log line', () => {
    const desk = new ExecutionDesk();
    desk.beginAs(aClaimedJob({ name: 'gone\n[Nest] forged', id: 'a\u001b[2J' }));
    expect(desk.lines).toHaveLength(1);
    expect(desk.lines[0]).not.toContain('\n');
    expect(desk.lines[0]).not.toContain('\u001b');
  });
});

describe('TaskExecutor: timeouts', () => {
  it.each([
    ["the job's own", { timeout: 50 }, { timeout: 70 }, {}, 50],
    ["else the task's", {}, { timeout: 70 }, {}, 70],
    ['capped by the maximum', { timeout: 5_000 }, {}, { maxTimeout: 60 }, 60],
    ['the maximum for a task that says more', {}, { timeout: 5_000 }, { maxTimeout: 60 }, 60],
  ])('takes %s', async (_, job, options, executor, timeout) => {
    const desk = new ExecutionDesk(executor);
    const run = desk.begin(
      aTask(() => deferred().promise, options),
      job,
    );
    expect(run.timeout).toBe(timeout);
    expect(run.metadata).toEqual({ timeout });
    await desk.clock.advance(timeout - 1);
    expect(desk.outcomes).toEqual([]);
    await desk.clock.advance(1);
    expect(desk.outcomes).toMatchObject([{ kind: 'retry', error: { code: 'TASKS_TIMEOUT' } }]);
  });

  it('aborts the signal with the error, settles at once, and ignores what the handler ends with', async () => {
    const desk = new ExecutionDesk();
    const handler = deferred();
    const run = desk.begin(() => handler.promise, { timeout: 50 });
    const { signal } = run;
    await desk.clock.advance(50);
    expect(signal.reason).toBeInstanceOf(TaskTimeoutError);
    expect([desk.outcomes.length, desk.zombies.count]).toEqual([1, 1]);
    handler.resolve('too late');
    await desk.clock.advance(0);
    expect([desk.outcomes.length, desk.zombies.count]).toEqual([1, 0]);
  });

  it('uses up the attempt: the last one makes a dead letter', async () => {
    const desk = new ExecutionDesk();
    desk.begin(() => deferred().promise, { timeout: 50, attempt: 4 });
    await desk.clock.advance(50);
    expect(desk.outcomes).toMatchObject([{ kind: 'failed', error: { code: 'TASKS_TIMEOUT' } }]);
  });

  it('lets shouldRetry decide about a timeout', async () => {
    const desk = new ExecutionDesk();
    const shouldRetry = (error: unknown) => !(error instanceof TaskTimeoutError);
    const retry = { ...aTask(() => 1).options.retry, shouldRetry };
    desk.begin(
      aTask(() => deferred().promise, { retry }),
      { timeout: 50 },
    );
    await desk.clock.advance(50);
    expect(desk.outcomes).toMatchObject([{ kind: 'failed' }]);
  });
});

describe('TaskExecutor: interruptions', () => {
  it.each([
    ['cancelled', new TaskCancelledError('job-1', 'by hand'), { kind: 'cancelled', reason: 'by hand' }],
    ['given back', new TasksClosedError('bye'), { kind: 'released', countAttempt: false }],
  ])('a run is %s, and its signal aborted with the reason', async (_, interruption, outcome) => {
    const desk = new ExecutionDesk();
    const run = desk.begin(() => deferred().promise);
    const { signal } = run;
    run.interrupt(interruption);
    await desk.clock.advance(0);
    expect(signal.reason).toBe(interruption);
    expect(desk.outcomes).toEqual([outcome]);
    expect(desk.runs[0]?.error).toBe(interruption);
  });

  it('settles nothing of a run whose lease is lost', async () => {
    const desk = new ExecutionDesk();
    const run = desk.begin(() => deferred().promise);
    await desk.clock.advance(30);
    run.interrupt(new LeaseLostError('job-1'));
    await desk.clock.advance(0);
    expect(desk.outcomes).toEqual([]);
    expect(desk.dropCount).toEqual([run]);
    expect(run.duration).toBe(30);
  });

  it('is what counts when the handler answers its aborted signal with an error of its own', async () => {
    const desk = new ExecutionDesk();
    const run = desk.begin(
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('fetch failed'))),
        ),
    );
    run.abort(new TasksClosedError('bye'));
    await desk.clock.advance(0);
    expect(desk.outcomes).toEqual([{ kind: 'released', countAttempt: false }]);
  });

  it('lets a handler that finishes after a mere abort complete', async () => {
    const desk = new ExecutionDesk();
    const handler = deferred();
    const run = desk.begin(() => handler.promise);
    run.abort(new TasksClosedError('bye'));
    handler.resolve('just in time');
    await desk.clock.advance(0);
    expect(desk.outcomes).toEqual([{ kind: 'completed', result: '"just in time"' }]);
  });

  it('the first is what the run ends with', async () => {
    const desk = new ExecutionDesk();
    const run = desk.begin(() => deferred().promise, { timeout: 50 });
    run.abort(new TasksClosedError('bye'));
    await desk.clock.advance(50);
    expect(desk.outcomes).toEqual([{ kind: 'released', countAttempt: false }]);
    expect(run.signal.reason).toBeInstanceOf(TasksClosedError);
  });

  it('does not take a cancel that the handler met elsewhere for one of its job', async () => {
    const desk = new ExecutionDesk();
    const child = new TaskCancelledError('child-job', 'by hand');
    expect(await desk.outcomeOf(() => Promise.reject(child))).toMatchObject({ kind: 'retry' });
  });

  it('lets a handler cancel its own job', async () => {
    const desk = new ExecutionDesk();
    const own = await desk.outcomeOf((_, { job }) => Promise.reject(new TaskCancelledError(job.id, 'moot')));
    expect(own).toEqual({ kind: 'cancelled', reason: 'moot' });
  });

  it('does not call the handler of a run that a listener of its start interrupts', async () => {
    const desk = new ExecutionDesk();
    let called = false;
    const events = {
      wants: () => true,
      emit: () => run.interrupt(new TaskCancelledError('job-1', 'early')),
    };
    desk.tasks.set(
      'send-email',
      aTask(() => (called = true)),
    );
    const environment = { ...desk.environment, events };
    const run = desk.executor.prepare(aClaimedJob(), desk.owner, environment);
    desk.executor.start(run, environment, desk);
    await desk.clock.advance(0);
    expect(called).toBe(false);
    expect(desk.outcomes).toEqual([{ kind: 'cancelled', reason: 'early' }]);
  });
});

describe('TaskExecutor: thrown values that defend themselves', () => {
  it('answers a proxy that throws when it is asked what it is like any other failure', async () => {
    const hostile: object = new Proxy(
      {},
      {
        get: () => failing(new Error('no'))(),
        getPrototypeOf: () => failing(new Error('no'))(),
      },
    );
    expect(await new ExecutionDesk().outcomeOf(failing(hostile))).toMatchObject({
      kind: 'retry',
      error: { message: 'A value was thrown that cannot be read.' },
    });
  });
});

describe('TaskExecutor: circuit breaker', () => {
  const guarded = (handler: Handler) => aTask(handler, { circuitBreaker: { threshold: 2, cooldown: 1_000 } });

  it('does not take being put off for a failure', async () => {
    const desk = new ExecutionDesk();
    const task = guarded(failing(new RetryLaterError('1s', { countAttempt: false })));
    const ends = [await desk.outcomeOf(task), await desk.outcomeOf(task), await desk.outcomeOf(task)];
    expect(ends).toMatchObject([{ kind: 'retry' }, { kind: 'retry' }, { kind: 'retry' }]);
  });

  it('gives jobs back without an attempt counted while the circuit is open', async () => {
    const desk = new ExecutionDesk();
    let calls = 0;
    const task = guarded(() => {
      calls++;
      throw new Error('down');
    });
    const kinds: unknown[] = [];
    for (let job = 0; job < 4; job++) kinds.push(await desk.outcomeOf(task));
    expect(kinds).toMatchObject([
      { kind: 'retry' },
      { kind: 'retry' },
      { kind: 'released', in: 1_000, countAttempt: false },
      { kind: 'released', in: 1_000, countAttempt: false },
    ]);
    expect(calls).toBe(2);
    expect(desk.runs[3]).toMatchObject({ hasBegun: false, error: { code: 'TASKS_CIRCUIT_OPEN' } });
  });

  it('lets one run try after the cooldown, and goes on when it succeeds', async () => {
    const desk = new ExecutionDesk();
    let down = true;
    const trial = deferred();
    const task = guarded(() => (down ? Promise.reject(new Error('down')) : trial.promise));
    await desk.outcomeOf(task);
    await desk.outcomeOf(task);
    down = false;
    await desk.clock.advance(1_000);
    desk.begin(task);
    expect(await desk.outcomeOf(task)).toMatchObject({ kind: 'released' });
    trial.resolve('up');
    await desk.clock.advance(0);
    expect(await desk.outcomeOf(task)).toMatchObject({ kind: 'completed' });
  });

  it.each([
    [
      'a cancel',
      (run: { interrupt(error: Error): void }) => run.interrupt(new TaskCancelledError('job-1', 'x')),
    ],
    ['a shutdown', (run: { interrupt(error: Error): void }) => run.interrupt(new TasksClosedError())],
    ['a lost lease', (run: { interrupt(error: Error): void }) => run.interrupt(new LeaseLostError('job-1'))],
  ])('counts %s neither for nor against the task', async (_, end) => {
    const desk = new ExecutionDesk();
    const task = guarded(() => deferred().promise);
    for (let job = 0; job < 3; job++) {
      end(desk.begin(task));
      await desk.clock.advance(0);
    }
    expect(desk.begin(task).hasBegun).toBe(true);
  });

  it('lets an undecodable payload keep the trial for another', async () => {
    const desk = new ExecutionDesk();
    let down = true;
    const task = guarded(() => (down ? Promise.reject(new Error('down')) : 1));
    await desk.outcomeOf(task);
    await desk.outcomeOf(task);
    down = false;
    await desk.clock.advance(1_000);
    expect(await desk.outcomeOf(task, { payload: '{' })).toMatchObject({ kind: 'failed' });
    expect(await desk.outcomeOf(task)).toMatchObject({ kind: 'completed' });
  });
});
