import { beforeEach, describe, expect, it } from 'vitest';
import type { JobLogging } from '../../../lib/contract/index.js';
import {
  LeaseLostError,
  RetryLaterError,
  TaskCancelledError,
  TasksClosedError,
  UnrecoverableError,
} from '../../../lib/errors/index.js';
import { LoggingMiddleware } from '../../../lib/middleware/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { aContext, anInterruptible, KeptLog } from './a-context.js';
import { composed } from './composed.js';

describe('LoggingMiddleware', () => {
  let clock: ManualClock;
  let log: KeptLog;

  beforeEach(() => {
    clock = new ManualClock(0);
    log = new KeptLog();
  });

  const run = (mode: JobLogging, handler: () => unknown, ctx = aContext()) =>
    composed(
      [new LoggingMiddleware(log, mode, clock)],
      handler,
    )(ctx).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  const failing = (error: unknown) => () => {
    throw error;
  };

  it('says nothing of a run that goes well, unless all runs are logged', async () => {
    expect(await run('failures', () => 1)).toEqual({ result: 1 });
    expect(log.lines).toEqual([]);
  });

  it('logs starts and completions with `all`, with the time that they took', async () => {
    const late = async () => {
      await clock.advance(25);
      return 'done';
    };
    expect(await run('all', late)).toEqual({ result: 'done' });
    expect(log.lines).toEqual([
      'log: Task send-email (job job-1, attempt 1 of 4) started',
      'log: Task send-email (job job-1, attempt 1 of 4) completed in 25 ms',
    ]);
  });

  it('names what caused a failure', async () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1');
    await run('failures', () => Promise.reject(new TypeError('fetch failed', { cause })));
    expect(log.lines.at(-1)).toContain(
      'TypeError: fetch failed (caused by Error: connect ECONNREFUSED 127.0.0.1:1)',
    );
  });

  it('gives the stack of what caused that, too', async () => {
    const cause = new Error('refused');
    await run('failures', () => Promise.reject(new UnrecoverableError('in vain', { cause })));
    const lines = (log.stacks.at(-1) ?? '').split('\n');
    const place = lines.indexOf('Caused by Error: refused');
    expect(place).toBeGreaterThan(1);
    expect(lines[place + 1]).toMatch(/^\s+at /u);
  });

  it('gives the stack of what made the job a dead letter, without what its message could forge', async () => {
    const final = anInterruptible({}, { isFinal: () => true });
    await run('failures', failing(new Error('broke\n[Nest] forged')), final);
    const [first, ...frames] = (log.stacks.at(-1) ?? '').split('\n');
    expect(first).toBe('Error: broke\\u000a[Nest] forged');
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.filter((frame) => !/^\s+at /u.test(frame))).toEqual([]);
    expect(frames.join()).toContain('logging.middleware.spec');
  });

  it('gives none of what is no error', async () => {
    const final = anInterruptible({}, { isFinal: () => true });
    await run('failures', failing('a text'), final);
    expect(log.stacks).toEqual([undefined]);
  });

  it('takes the word of the retry policy on whether the job is a dead letter now', async () => {
    const final = anInterruptible({}, { isFinal: () => true });
    await run('failures', failing(new Error('no such customer')), final);
    expect(log.lines.at(-1)).toMatch(/^error: .*attempt 1 of 4/);
    const tried = anInterruptible({ attempt: 4 }, { isFinal: () => false });
    await run('failures', failing(new Error('busy')), tried);
    expect(log.lines.at(-1)).toMatch(/^warn: /);
  });

  it.each(['failures', 'all'] as const)('warns of a failure while attempts are left (%s)', async (mode) => {
    const boom = new Error('smtp is down');
    expect(await run(mode, failing(boom))).toEqual({ error: boom });
    expect(log.lines.at(-1)).toBe(
      'warn: Task send-email (job job-1, attempt 1 of 4) failed after 0 ms: Error: smtp is down',
    );
  });

  it('logs the failure of the last attempt as an error', async () => {
    await run('failures', failing(new Error('smtp is down')), aContext({ attempt: 4 }));
    expect(log.lines).toEqual([
      'error: Task send-email (job job-1, attempt 4 of 4) failed after 0 ms: Error: smtp is down',
    ]);
  });

  it('logs what cannot be tried again as an error', async () => {
    await run('failures', failing(new UnrecoverableError('no such customer')));
    expect(log.lines).toEqual([
      'error: Task send-email (job job-1, attempt 1 of 4) failed after 0 ms: UnrecoverableError: no such customer',
    ]);
  });

  it('says that a handler put its job off', async () => {
    const later = new RetryLaterError('5m', { message: 'rate limited', countAttempt: false });
    await run('failures', failing(later), aContext({ attempt: 4 }));
    expect(log.lines).toEqual([
      'warn: Task send-email (job job-1, attempt 4 of 4) was put off after 0 ms: RetryLaterError: rate limited',
    ]);
  });

  it('says that a job failed which its handler would put off in its last attempt', async () => {
    const later = new RetryLaterError('5m', { message: 'rate limited' });
    await run('failures', failing(later), aContext({ attempt: 4 }));
    expect(log.lines).toEqual([
      'error: Task send-email (job job-1, attempt 4 of 4) failed after 0 ms: RetryLaterError: rate limited',
    ]);
  });

  it.each([
    ['a cancel', new TaskCancelledError('job-1', 'by hand')],
    ['a lost lease', new LeaseLostError('job-1')],
    ['a shutdown', new TasksClosedError()],
  ])('does not call %s a failure, also in the last attempt', async (_, interruption) => {
    await run('failures', failing(interruption), aContext({ attempt: 4 }, { interruption }));
    expect(log.lines).toEqual([
      `warn: Task send-email (job job-1, attempt 4 of 4) was interrupted after 0 ms: ${interruption.name}: ${interruption.message}`,
    ]);
  });

  it('says nothing at all with `none`', async () => {
    const boom = new Error('boom');
    expect(await run('none', failing(boom))).toEqual({ error: boom });
    expect(log.lines).toEqual([]);
  });

  it('never logs a payload, a result, or an object that was thrown', async () => {
    await run('all', () => ({ secret: 'hunter2' }));
    await run('all', failing({ secret: 'hunter2' }));
    expect(log.lines.join('\n')).not.toContain('hunter2');
    expect(log.lines.at(-1)).toContain('failed after 0 ms: an object was thrown');
  });

  it.each([
    ['null', null, 'NonError: null'],
    ['a text', 'boom', 'NonError: boom'],
    ['a number', 7, 'NonError: 7'],
  ])('tells %s that was thrown', async (_, thrown, told) => {
    await run('failures', failing(thrown));
    expect(log.lines.at(-1)).toContain(`failed after 0 ms: ${told}`);
  });

  it.each([
    ['a line break', 'boom\n[Nest] 1 - LOG forged'],
    ['a carriage return', 'boom\r[Nest] forged'],
    ['a Unicode line separator', 'boom\u2028forged'],
    ['a next-line character', 'boom\u0085forged'],
    ['a terminal escape', 'boom\u001b[2Jforged'],
    ['a C1 control sequence', 'boom\u009b2Jforged'],
  ])('lets no message with %s forge a line or steer a terminal', async (_, message) => {
    await run('failures', failing(new Error(message)), aContext({ id: `job${message}` }));
    expect(log.lines).toHaveLength(1);
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(log.lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u);
    expect(log.lines[0]).toContain('forged');
  });

  it('caps a long message', async () => {
    await run('failures', failing(new Error('x'.repeat(10_000))));
    expect(log.lines[0]!.length).toBeLessThan(600);
  });

  it('survives an error that cannot be read', async () => {
    const hostile = new Error('x');
    Object.defineProperty(hostile, 'message', {
      get: () => {
        throw new Error('gotcha');
      },
    });
    expect(await run('failures', failing(hostile))).toEqual({ error: hostile });
    expect(log.lines[0]).toContain('cannot be read');
  });
});
