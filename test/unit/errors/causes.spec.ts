import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { causesOf, ownStack, TaskTimeoutError, toErrorRecord } from '../../../lib/errors/index.js';

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

describe('The stack of an error', () => {
  const ours = [
    `    at JobStarter.receive (${fileURLToPath(new URL('../../../lib/worker/job-starter.ts', import.meta.url))}:44:5)`,
    `    at async EnhancedCall.run (${new URL('../../../lib/handlers/enhancers/enhanced-call.ts', import.meta.url).href}:52:5)`,
  ];
  const theirs = [
    '    at Mailer.send (file:///app/dist/mail/mailer.js:7:11)',
    '    at async EmailTasks.send (/app/dist/mail/email.tasks.js:12:5)',
  ];
  const shown = (frames: readonly string[]): string[] => {
    const error = new Error('smtp is down');
    error.stack = ['Error: smtp is down', ...frames].join('\n');
    const kept = ownStack(error).split('\n');
    expect(toErrorRecord(error).stack).toBe(kept.join('\n'));
    return kept.slice(1);
  };

  it('has no frames of this package beneath those of the app', () => {
    const node = '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)';
    expect(shown([...theirs, ...ours, node])).toEqual([...theirs, node]);
    expect(shown([theirs[0]!, ours[0]!, theirs[1]!, ours[1]!])).toEqual(theirs);
  });

  it('has those of what this package threw itself, down to the caller', () => {
    expect(shown([...ours, ...theirs, ...ours])).toEqual([...ours, ...theirs]);
    expect(shown(ours)).toEqual(ours);
    const timer = '    at listOnTimeout (node:internal/timers:581:17)';
    expect(shown([...ours, timer])).toEqual([...ours, timer]);
  });

  it('has none where nobody called what this package itself threw, as of a timeout', () => {
    const error = new TaskTimeoutError('send', 50);
    error.stack = ['TaskTimeoutError: …', ...ours, '    at listOnTimeout (node:internal/timers:581:17)'].join(
      '\n',
    );
    expect(ownStack(error)).toBe('TaskTimeoutError: …\n    at listOnTimeout (node:internal/timers:581:17)');
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
