import { describe, expect, it } from 'vitest';
import { assertJobId, assertKey, assertQueueName, assertTaskName } from '../../../lib/config/index.js';
import { InvalidNameError } from '../../../lib/errors/index.js';

const catchError = (action: () => void): Error => {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
};

const HOSTILE = [
  "'; DROP TABLE jobs; --",
  '{x}',
  'a\nb',
  'a\n',
  'a\0b',
  'a b',
  'a/b',
  '__proto__',
  '.hidden',
  '-flag',
  '',
  'ü',
  'x'.repeat(129),
  'x'.repeat(10_240),
  42,
  null,
  undefined,
  {},
  Object.create(null),
];

describe.each([
  ['a task name', assertTaskName],
  ['a queue name', assertQueueName],
  ['a job id', assertJobId],
] as const)('%s', (_kind, assertName: (value: unknown) => void) => {
  it.each(['a', 'send-email', 'Orders.v2_final', '0', 'x'.repeat(128), 'constructor'])(
    'may be %j',
    (value) => {
      expect(() => assertName(value)).not.toThrow();
    },
  );

  it.each(HOSTILE)('may not be %j', (value) => {
    expect(() => assertName(value)).toThrow(InvalidNameError);
  });
});

describe('a colon', () => {
  it('is allowed in a job id alone', () => {
    expect(() => assertJobId('order:42')).not.toThrow();
    expect(() => assertTaskName('order:42')).toThrow(InvalidNameError);
    expect(() => assertQueueName('order:42')).toThrow(InvalidNameError);
  });
});

describe('a key', () => {
  it.each(['ada@example.com', 'order/42?x={1}', "O'Brien; DROP", '__proto__', 'Ærø 😀', 'x'.repeat(255)])(
    'may be any text: %j',
    (value) => {
      expect(() => assertKey(value)).not.toThrow();
    },
  );

  it.each(['', 'a\nb', 'a\0', '\u001b[31m', '\ud800', 'x'.repeat(256), 'x'.repeat(10_240), 42, undefined])(
    'may not be what a store cannot keep: %j',
    (value) => {
      expect(() => assertKey(value)).toThrow(InvalidNameError);
    },
  );
});

describe('InvalidNameError', () => {
  it('shows a hostile value escaped and short', () => {
    const error = catchError(() => assertTaskName(`a\n${'x'.repeat(10_000)}`));
    expect(error.message).toMatch(/^"a\\nx+\.\.\. cannot be used as a task\.$/u);
    expect(error.message.length).toBeLessThan(120);
  });
});
