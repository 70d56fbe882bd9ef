import { describe, expect, it } from 'vitest';
import * as library from 'nestjs-tasks';
import { ERROR_CATALOGUE, ERROR_CODES, TaskError, type ErrorCode } from 'nestjs-tasks';
import { tableRows } from './pages.js';

type ErrorClass = new (...args: never[]) => TaskError;

/** Only bases: they are never thrown as they are and have no code of their own. */
const BASES = ['TaskError', 'TaskQueueError', 'BackendCallError'];

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && value.prototype instanceof TaskError;

/** Every exported error class that can be thrown, under its own name; an alias is the same class. */
const classes = new Map(
  (Object.values(library) as unknown[])
    .filter(isErrorClass)
    .filter(({ name }) => !BASES.includes(name))
    .map((type) => [type.name, type] as const),
);

const codeOf = (type: ErrorClass): ErrorCode =>
  (Reflect.construct(type, argumentsFor(type)) as TaskError).code;

/** Most take texts; some take lists or a record. */
function argumentsFor({ name }: ErrorClass): unknown[] {
  if (['InvalidOptionError', 'DependencyCycleError', 'ScheduleCycleError'].includes(name)) return [[]];
  if (name === 'PartlyEnqueuedError') return [[], []];
  if (name === 'RemoteTaskError') return [{ name: 'Error', message: 'x' }];
  if (name === 'TaskExecutionError') return ['id', 'task', { name: 'Error', message: 'x' }];
  if (name === 'PayloadMismatchError') return ['task', []];
  if (name === 'UnknownQueueError') return ['queue', []];
  if (name === 'RetryLaterError') return ['5m'];
  return ['a', 'b', 'c'];
}

describe('the error codes', () => {
  it('are unique, sorted, and all begin alike', () => {
    expect([...new Set(ERROR_CODES)].toSorted()).toEqual([...ERROR_CODES]);
    expect(ERROR_CODES.filter((code) => !/^TASKS(_[A-Z]+)+$/.test(code))).toEqual([]);
  });

  it('have one entry each in the catalogue, and the catalogue has no other', () => {
    expect(Object.keys(ERROR_CATALOGUE).toSorted()).toEqual([...ERROR_CODES]);
  });

  it('say what happened and what to do, in sentences', () => {
    const unfinished = Object.entries(ERROR_CATALOGUE).filter(
      ([, { what, remedy }]) => !/^[A-Z].*\.$/s.test(what) || !/^[A-Z].*\.$/s.test(remedy),
    );
    expect(unfinished).toEqual([]);
  });

  it.each(ERROR_CODES)('%s is carried by the class that the catalogue names, which is exported', (code) => {
    const type = classes.get(ERROR_CATALOGUE[code].name);
    expect(type && codeOf(type)).toBe(code);
  });

  it('are shared by no two classes, and no exported class is without one', () => {
    const codes = [...classes.values()].map(codeOf);
    expect(codes.toSorted()).toEqual([...ERROR_CODES]);
  });

  it('stand in docs/errors.md with what the catalogue says, in the same order and nothing else', () => {
    const expected = ERROR_CODES.map((code) => {
      const { name, what, remedy } = ERROR_CATALOGUE[code];
      return [code, name, what, remedy];
    });
    expect(tableRows('docs/errors.md', 'errors')).toEqual(expected);
  });
});
