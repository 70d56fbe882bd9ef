import { describe, expect, it } from 'vitest';
import { causesOf, toErrorRecord } from '../../../lib/errors/index.js';

const failed = (message: string, cause?: unknown): Error => new Error(message, { cause });

describe('The causes of an error', () => {
  it('are told from the nearest to the farthest', () => {
    const far = failed('far');
    const near = failed('near', far);
    expect(causesOf(failed('outer', near))).toEqual([near, far]);
  });

  it('are those, too, that an aggregate has gathered', () => {
    const [first, second] = [failed('first'), failed('second')];
    expect(causesOf(new AggregateError([first, second], 'all'))).toEqual([first, second]);
  });

  it('end where a circle began', () => {
    const one = failed('one');
    const other = failed('other', one);
    one.cause = other;
    expect(causesOf(one)).toEqual([other]);
  });

  it('are five at most', () => {
    const deep = Array.from({ length: 9 }).reduce<Error>(
      (cause, _, n) => failed(`level ${n}`, cause),
      failed('deepest'),
    );
    expect(causesOf(deep)).toHaveLength(5);
  });

  it('are none where they cannot be read', () => {
    const error = new Error('odd');
    Object.defineProperty(error, 'cause', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(causesOf(error)).toEqual([]);
  });

  it('are none of a text', () => {
    expect(causesOf('a text')).toEqual([]);
  });
});

describe('The stack of a stored error', () => {
  it('goes on with those of its causes', () => {
    const { stack = '' } = toErrorRecord(failed('outer', failed('inner', failed('innermost'))));
    expect(stack).toMatch(/^Error: outer\n.*\nCaused by: Error: inner\n.*\nCaused by: Error: innermost\n/su);
  });

  it('leaves room for them when it is long itself', () => {
    const error = failed('outer', failed('inner'));
    error.stack = `Error: outer\n${'    at somewhere\n'.repeat(10_000)}`;
    expect(toErrorRecord(error).stack).toContain('Caused by: Error: inner');
  });

  it('tells of a cause that is no error only what it is', () => {
    const cause = { headers: { authorization: 'Bearer hunter2' } };
    const { stack } = toErrorRecord(failed('outer', cause));
    expect(stack).toContain('Caused by: a value of the kind object');
    expect(stack).not.toContain('hunter2');
  });
});
