import { describe, expect, it } from 'vitest';
import { assert, constant, constantFrom, jsonValue, object, property } from 'fast-check';
import { jsonCodec } from '../../../lib/codecs/index.js';
import { TaskCodecError, TaskValidationError } from '../../../lib/errors/index.js';

const roundTrip = (value: unknown) => jsonCodec.decode(jsonCodec.encode(value));

const refusal = (value: unknown): TaskValidationError => {
  try {
    jsonCodec.encode(value);
  } catch (error) {
    if (error instanceof TaskValidationError) return error;
    throw error;
  }
  throw new Error('The value was not refused.');
};

const encodedOrRefused = (value: unknown): string | undefined => {
  try {
    return jsonCodec.encode(value);
  } catch (error) {
    if (error instanceof TaskValidationError) return undefined;
    throw error;
  }
};

const nested = (levels: number): unknown => {
  let value: unknown = {};
  for (let level = 1; level < levels; level += 1) value = { inner: value };
  return value;
};

describe('jsonCodec', () => {
  it('brings back any value that JSON can write', () => {
    const carried = jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    assert(
      property(carried, (value) => {
        // -0 is written as 0: JSON knows no difference.
        expect(roundTrip(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('makes no payload of undefined', () => {
    expect(jsonCodec.encode(undefined)).toBeUndefined();
    expect(jsonCodec.decode(undefined)).toBeUndefined();
  });

  it('carries null', () => {
    expect(roundTrip(null)).toBeNull();
  });

  it('leaves out properties that are undefined', () => {
    expect(roundTrip({ to: 'ada', cc: undefined })).toStrictEqual({ to: 'ada' });
  });

  it('writes a Date as ISO text', () => {
    expect(roundTrip({ at: new Date(0) })).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });

  it('asks a value with toJSON first', () => {
    class Money {
      constructor(private readonly cents: bigint) {}
      toJSON() {
        return `${this.cents} ct`;
      }
    }
    expect(roundTrip({ price: new Money(5n), list: [new Money(7n)] })).toEqual({
      price: '5 ct',
      list: ['7 ct'],
    });
  });

  it('asks toJSON once, with the key', () => {
    const asked: string[] = [];
    const value = { toJSON: (key: string) => asked.push(key) };
    jsonCodec.encode({ field: value });
    expect(asked).toEqual(['field']);
  });

  it('carries the own properties of a class instance', () => {
    class Point {
      constructor(
        readonly x: number,
        readonly y: number,
      ) {}
    }
    expect(roundTrip(new Point(1, 2))).toEqual({ x: 1, y: 2 });
  });

  it('carries a Buffer as Node writes it', () => {
    expect(roundTrip(Buffer.from('hi'))).toEqual({ type: 'Buffer', data: [104, 105] });
  });

  it('carries an object without prototype and a boxed number', () => {
    expect(roundTrip(Object.assign(Object.create(null), { n: Object(3) }))).toEqual({ n: 3 });
  });

  it('carries the same object in two places', () => {
    const address = { city: 'Oslo' };
    expect(roundTrip({ from: address, to: address })).toEqual({
      from: { city: 'Oslo' },
      to: { city: 'Oslo' },
    });
  });

  it('does not touch the value that it encodes', () => {
    const value = Object.freeze({ at: Object.freeze({ toJSON: () => 'now' }), list: Object.freeze([1, 2]) });
    expect(jsonCodec.encode(value)).toBe('{"at":"now","list":[1,2]}');
  });

  it.each([
    ['a function', { user: { callback: () => undefined } }, 'user.callback', 'function'],
    ['a symbol', { list: [1, Symbol('s')] }, 'list.1', 'symbol'],
    ['a bigint', { id: 10n }, 'id', 'bigint'],
    ['a boxed bigint', { id: Object(10n) }, 'id', 'bigint'],
    ['NaN', { price: Number.NaN }, 'price', 'NaN'],
    ['an infinity', [Number.NEGATIVE_INFINITY], '0', '-Infinity'],
    ['a Map', { map: new Map() }, 'map', 'Map'],
    ['a Set', { set: new Set([1]) }, 'set', 'Set'],
    ['a Map that toJSON returns', { box: { toJSON: () => new Map() } }, 'box', 'Map'],
    ['a generator', { rows: (function* () {})() }, 'rows', 'generator'],
    ['a promise', { user: Promise.resolve(1) }, 'user', 'await'],
    ['an Error', { error: new TypeError('x') }, 'error', 'Error'],
    ['a RegExp', { pattern: /x/ }, 'pattern', 'RegExp'],
    ['binary data', { bytes: new Uint8Array(2) }, 'bytes', 'binary'],
    ['a WeakMap', { cache: new WeakMap() }, 'cache', 'weak'],
    ['`undefined` in a list', { ids: [1, undefined] }, 'ids.1', 'undefined'],
    ['a hole in a list', { ids: Object.assign([], { length: 1 }) }, 'ids.0', 'a hole'],
    ['an item whose toJSON gives nothing', [{ toJSON: () => undefined }], '0', 'undefined'],
    ['a key __proto__', JSON.parse('{"a":{"__proto__":1}}'), 'a.__proto__', 'prototype'],
    [
      'a constructor with a prototype',
      { a: { constructor: { prototype: 1 } } },
      'a.constructor',
      'prototype',
    ],
    ['an invalid Date', { at: new Date('never') }, 'at', 'invalid Date'],
  ])('refuses %s and names its path', (_what, value, path, word) => {
    const error = refusal(value);
    expect(error.issues).toEqual([{ path, message: expect.stringContaining(word) }]);
    expect(error.message).toContain(`"${path}"`);
  });

  it('refuses a function as the payload itself', () => {
    const error = refusal(() => undefined);
    expect(error.issues[0]?.path).toBe('');
    expect(error.message).toContain('The value itself');
  });

  it('refuses a cycle and names where it closes', () => {
    const user: Record<string, unknown> = { name: 'ada' };
    user['friends'] = [{ best: user }];
    expect(refusal({ user })).toMatchObject({
      issues: [{ path: 'user.friends.0.best', message: expect.stringContaining('a cycle') }],
    });
  });

  it('refuses an object that is its own member', () => {
    const list: unknown[] = [];
    list.push(list);
    expect(refusal(list).issues).toEqual([{ path: '0', message: expect.stringContaining('a cycle') }]);
  });

  it('carries 64 levels and refuses 65', () => {
    expect(roundTrip(nested(64))).toEqual(nested(64));
    expect(refusal(nested(65)).message).toContain('deeper than 64 levels');
  });

  it('refuses a toJSON that never comes to an end', () => {
    const endless = { toJSON: (): unknown => ({ again: endless }) };
    expect(refusal(endless).message).toContain('deeper than 64');
  });

  it('refuses a value whose getter throws, with what it threw as cause', () => {
    const cause = new Error('no entry');
    const error = refusal({
      get secret() {
        throw cause;
      },
    });
    expect(error.cause).toBe(cause);
  });

  it('decodes bytes', () => {
    expect(jsonCodec.decode(Buffer.from('{"city":"Tromsø"}'))).toEqual({ city: 'Tromsø' });
  });

  it('takes keys that would reach a prototype out of what it decodes', () => {
    const decoded = jsonCodec.decode(
      '{"__proto__":{"admin":true},"a":{"constructor":{"prototype":{"admin":true}}},"b":1}',
    ) as Record<string, unknown>;
    expect(Object.keys(decoded)).toEqual(['a', 'b']);
    expect(decoded['admin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    expect(Object.keys(decoded['a'] as object)).toEqual([]);
  });

  it('carries a property named constructor that reaches nothing', () => {
    const value = { car: { constructor: 'Lotus' }, crew: { constructor: { since: 1952 } } };
    expect(roundTrip(value)).toEqual(value);
  });

  it('decodes all that it encodes, whatever the keys', () => {
    const key = constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a');
    const tricky = object({ key, withNullPrototype: false, maxDepth: 3, values: [constant(1)] });
    assert(
      property(tricky, (value) => {
        const text = encodedOrRefused(value);
        expect(text && JSON.stringify(jsonCodec.decode(text))).toBe(text);
      }),
    );
  });

  it('refuses a stored payload that is not JSON, with the cause', () => {
    expect(() => jsonCodec.decode('{"to":')).toThrow(TaskCodecError);
    expect(() => jsonCodec.decode('')).toThrow(TaskCodecError);
  });
});
