import { describe, expect, it } from 'vitest';
import type { ScheduleDefinition } from '../../../lib/contract/index.js';
import {
  InvalidOptionError,
  InvalidScheduleError,
  ScheduleCycleError,
  TaskError,
} from '../../../lib/errors/index.js';
import { CronExpression } from '../../../lib/scheduling/index.js';
import { readChanges, readSchedule } from '../../../lib/scheduling/read-schedule.js';
import { assertAcyclic, inLevels } from '../../../lib/scheduling/schedule-graph.js';

const RULES = { timezone: 'UTC', store: () => undefined };
const read = (given: object) => readSchedule({ name: 'a', ...given } as ScheduleDefinition, RULES);

function refusal(run: () => unknown): TaskError {
  try {
    run();
  } catch (error) {
    return error as TaskError;
  }
  throw new Error('It was taken.');
}

describe('an expression', () => {
  it.each([
    ['', 'it is empty'],
    ['   ', 'it is empty'],
    ['* * * *', 'it has 4 fields'],
    ['* * * * * * *', 'it has 7 fields'],
    ['60 * * * *', 'Invalid value for minute'],
    ['5-1 * * * *', 'From value is larger'],
    ['*/0 * * * *', 'illegal stepping'],
    ['0 0 31 2 *', 'it never matches'],
    ['0 0 30 2 *', 'it never matches'],
    ['@reboot', 'the short forms are @yearly'],
    ['2026-01-01T00:00:00', 'it has 1 fields'],
    [`${'0,'.repeat(150)}0 * * * *`, 'characters; 256 are allowed'],
  ])('is refused when it is %j', (expression, reason) => {
    const error = refusal(() => new CronExpression(expression));
    expect(error).toBeInstanceOf(InvalidScheduleError);
    expect(error.code).toBe('TASKS_INVALID_SCHEDULE');
    expect(error.message).toContain(reason);
    expect(CronExpression.isValid(expression)).toBe(false);
  });

  it.each([null, undefined, 7, {}])('is refused when it is no text: %j', (expression) => {
    expect(refusal(() => new CronExpression(expression as never))).toBeInstanceOf(InvalidScheduleError);
  });

  it.each(['Mars/Olympus', '', '+02:00', 7])('is refused in the zone %j', (timezone) => {
    const error = refusal(() => new CronExpression('* * * * *', { timezone: timezone as string }));
    expect(error.message).toContain('is no time zone');
  });

  it.each([
    ['0 9 L * *', '2026-02-28T09:00:00.000Z'],
    ['0 9 15W * *', '2026-02-16T09:00:00.000Z'],
    ['0 9 * * 5#2', '2026-02-13T09:00:00.000Z'],
    ['0 9 * * 5L', '2026-02-27T09:00:00.000Z'],
    ['0 9 13 * 5', '2026-02-06T09:00:00.000Z'],
    ['*/20 * * * * *', '2026-02-01T00:00:20.000Z'],
    ['@daily', '2026-02-02T00:00:00.000Z'],
  ])('%s next matches at %s', (expression, next) => {
    expect(new CronExpression(expression).next(Date.UTC(2026, 1, 1))?.toISOString()).toBe(next);
  });

  it('is told in words', () => {
    expect(new CronExpression('0 9 * * 1-5').describe()).toBe('At 09:00, Monday through Friday');
  });
});

describe('a schedule', () => {
  it.each([
    [{}, 'takes one of cron, every and at, and none is given'],
    [{ cron: '* * * * *', every: '1m' }, 'cron and every are'],
    [{ every: '999ms' }, 'too short'],
    [{ at: new Date('2026-02-31T99:00') }, 'no valid Date'],
    [{ at: 'tomorrow' }, 'no valid Date'],
    [{ cron: '0 0 31 2 *' }, 'never matches'],
    [{ cron: '* * * * *', timezone: 'Nowhere' }, 'is no time zone'],
    [{ every: '1m', jitter: '1m' }, 'make it shorter'],
  ])('is refused when it says %j', (given, reason) => {
    const error = refusal(() => read(given));
    expect(error).toBeInstanceOf(InvalidScheduleError);
    expect(error.message).toContain(reason);
    expect(error.remedy).not.toBe('');
  });

  it.each([
    [{ overlap: 'queue' }, "overlap: must be 'allow' or 'skip' or 'replace'"],
    [{ catchUp: 'all' }, "catchUp: must be 'skip', 'last' or { mode: 'all', max }"],
    [{ catchUp: { mode: 'all', max: 0 } }, 'catchUp.max: must be a whole number, 1 to 10000'],
    [{ priority: 21 }, 'priority: must be a whole number, 0 to 20'],
    [{ enabled: 'yes' }, 'enabled: must be true or false'],
    [{ overlpa: 'skip' }, 'overlap'],
  ])('is refused with the option %j', (given, reason) => {
    const error = refusal(() => read({ cron: '* * * * *', ...given }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toContain(reason);
  });

  it('has a default for all that it does not say', () => {
    expect(read({ cron: '* * * * *' })).toEqual({
      task: 'a',
      cron: '* * * * *',
      timezone: 'UTC',
      overlap: 'allow',
      catchUp: 'skip',
      jitter: 0,
      dependsOn: [],
      enabled: true,
    });
    expect(read({ at: new Date(7) })).toMatchObject({ at: 7, catchUp: 'last' });
  });

  it('cannot be given two timings by one change', () => {
    expect(refusal(() => readChanges({ cron: '* * * * *', every: '1m' }, RULES)).message).toContain(
      'One timing replaces another',
    );
  });
});

describe('schedules that depend on each other', () => {
  const parents = (given: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(given));

  it('are refused in a circle, which the error names', () => {
    const error = refusal(() => assertAcyclic(parents({ a: ['b'], b: ['c'], c: ['a'] })));
    expect(error).toBeInstanceOf(ScheduleCycleError);
    expect(error.message).toContain('a → b → c → a');
  });

  it('are refused when one depends on itself', () => {
    expect(refusal(() => assertAcyclic(parents({ a: ['a'] }))).message).toContain('a → a');
  });

  it('are taken where the ways meet again', () => {
    expect(() => assertAcyclic(parents({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] }))).not.toThrow();
  });

  it('fire in the order of what they wait for', () => {
    const entry = (name: string, ...dependsOn: string[]) => ({ name, dependsOn });
    const levels = inLevels([
      entry('d', 'b', 'c'),
      entry('b', 'a'),
      entry('a'),
      entry('c', 'a', 'elsewhere'),
    ]);
    expect(levels.map((level) => level.map(({ name }) => name))).toEqual([['a'], ['b', 'c'], ['d']]);
  });
});
