import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lib/contract/index.js';
import {
  LeaseLostError,
  InvalidDurationError,
  RetryLaterError,
  TaskCancelledError,
  TaskCodecError,
  TaskNotFoundError,
  TasksClosedError,
  TaskTimeoutError,
  TaskValidationError,
  UnrecoverableError,
} from '../../../lib/errors/index.js';
import { outcomeOfError, outcomeOfInterruption, type RetryRules } from '../../../lib/execution/index.js';
import { aClaimedJob, RULES } from './a-run.js';

const NOW = 5_000;
const FIRST = aClaimedJob({ attempt: 1, maxRetries: 3 });
const LAST = aClaimedJob({ attempt: 4, maxRetries: 3 });
const decide = (error: unknown, job = FIRST, rules: RetryRules = RULES) =>
  outcomeOfError(error, job, rules, NOW);
/** An outcome in a few words, to be read in a table. */
const inShort = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'retry':
      return `retry in ${outcome.in}${outcome.countAttempt === false ? ', not counted' : ''}`;
    case 'released':
      return `released${outcome.countAttempt ? '' : ', not counted'}`;
    case 'cancelled':
      return `cancelled: ${outcome.reason}`;
    default:
      return outcome.kind;
  }
};

describe('outcomeOfError', () => {
  it.each([
    ['an error', new Error('boom'), 'retry in 1000', 'failed'],
    ['null', null, 'retry in 1000', 'failed'],
    ['a text', 'boom', 'retry in 1000', 'failed'],
    ['a timeout of somebody else', new TaskTimeoutError('other', 5), 'retry in 1000', 'failed'],
    ['an invalid argument', new TaskValidationError('no'), 'retry in 1000', 'failed'],
    ['a task that another queue lacks', new TaskNotFoundError('other'), 'retry in 1000', 'failed'],
    ['a result that cannot be read', new TaskCodecError('no'), 'retry in 1000', 'failed'],
    ['a closed connection', new TasksClosedError(), 'retry in 1000', 'failed'],
    ['a lock whose lease is lost', new LeaseLostError('lock'), 'retry in 1000', 'failed'],
    ['a cancel of another job', new TaskCancelledError('job-2', 'by hand'), 'retry in 1000', 'failed'],
    ['a cancel of this job', new TaskCancelledError('job-1', 'own'), 'cancelled: own', 'cancelled: own'],
    ['an unrecoverable error', new UnrecoverableError('no'), 'failed', 'failed'],
    ['a wish to run later', new RetryLaterError('5m'), 'retry in 300000', 'failed'],
    [
      'a wish to run later, not counted',
      new RetryLaterError('5m', { countAttempt: false }),
      'retry in 300000, not counted',
      'retry in 300000, not counted',
    ],
  ])('answers %s, with attempts left and without', (_, error, left, none) => {
    expect([inShort(decide(error, FIRST)), inShort(decide(error, LAST))]).toEqual([left, none]);
  });

  it.each(['soon', '', -1, Number.NaN, Number.POSITIVE_INFINITY, undefined, 'Wed, 21 Oct 2026 07:28:00 GMT'])(
    'hears of no wish for the time %o: it is refused where it is written',
    (time) => {
      const wish = () => new RetryLaterError(time as never);
      expect(wish).toThrow(InvalidDurationError);
      expect(wish).toThrow(
        expect.objectContaining({ remedy: expect.stringContaining('Retry-After') as string }),
      );
    },
  );

  it('gives a job 1 + maxRetries runs', () => {
    const kinds = [1, 2, 3, 4].map((attempt) => decide(new Error('x'), aClaimedJob({ attempt })).kind);
    expect(kinds).toEqual(['retry', 'retry', 'retry', 'failed']);
    expect(decide(new Error('x'), aClaimedJob({ attempt: 1, maxRetries: 0 })).kind).toBe('failed');
  });

  it('keeps the error as data, with its moment', () => {
    const error = Object.assign(new RangeError('boom'), { code: 'E_BOOM' });
    expect(decide(error)).toMatchObject({
      error: { name: 'RangeError', message: 'boom', code: 'E_BOOM', at: NOW, stack: error.stack },
    });
  });

  it('lets a subclass of UnrecoverableError be final too', () => {
    class NoSuchCustomer extends UnrecoverableError {}
    expect(decide(new NoSuchCustomer()).kind).toBe('failed');
  });

  it('waits by the backoff of the attempt', () => {
    const rules: RetryRules = { ...RULES, backoff: 'exponential' };
    expect(decide(new Error('x'), aClaimedJob({ attempt: 3 }), rules)).toMatchObject({ in: 4_000 });
  });

  it('asks shouldRetry with the error and the attempt', () => {
    const asked: unknown[] = [];
    const shouldRetry = (error: unknown, attempt: number) => {
      asked.push([error, attempt]);
      return false;
    };
    expect(decide('boom', FIRST, { ...RULES, shouldRetry }).kind).toBe('failed');
    expect(asked).toEqual([['boom', 1]]);
  });

  it('does not ask shouldRetry about an explicit wish, nor when no attempt is left', () => {
    const never = () => {
      throw new Error('asked');
    };
    const rules = { ...RULES, shouldRetry: () => false };
    expect(decide(new RetryLaterError(5), FIRST, rules).kind).toBe('retry');
    expect(decide(new Error('x'), LAST, { ...RULES, shouldRetry: never }).kind).toBe('failed');
  });

  it('tries again when shouldRetry throws: it has said nothing against it', () => {
    const shouldRetry = () => {
      throw new Error('oops');
    };
    expect(decide(new Error('x'), FIRST, { ...RULES, shouldRetry })).toMatchObject({ kind: 'retry' });
  });

  it('waits the plain delay, capped, when a custom backoff throws', () => {
    const backoff = () => {
      throw new Error('oops');
    };
    expect(decide(new Error('x'), FIRST, { ...RULES, backoff })).toMatchObject({ in: 1_000 });
    expect(decide(new Error('x'), FIRST, { ...RULES, backoff, maxDelay: 10 })).toMatchObject({ in: 10 });
  });
});

describe('outcomeOfInterruption', () => {
  it.each([
    ['a cancel', new TaskCancelledError('job-1', 'by hand'), 'cancelled: by hand', 'cancelled: by hand'],
    ['a shutdown', new TasksClosedError(), 'released, not counted', 'released, not counted'],
    ['a timeout', new TaskTimeoutError('send-email', 5), 'retry in 1000', 'failed'],
  ])('answers %s, with attempts left and without', (_, error, left, none) => {
    const decided = [FIRST, LAST].map((job) => inShort(outcomeOfInterruption(error, job, RULES, NOW)));
    expect(decided).toEqual([left, none]);
  });
});
