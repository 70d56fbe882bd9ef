import { describe, expect, it } from 'vitest';
import { CodecSet, jsonCodec } from '../../../lib/codecs/index.js';
import type { PayloadCodec } from '../../../lib/contract/index.js';
import { TaskCodecError, TaskValidationError } from '../../../lib/errors/index.js';

const bracketed: PayloadCodec = {
  name: 'bracketed',
  encode: (value) => `<${String(value)}>`,
  decode: (payload) => String(payload).slice(1, -1),
};

describe('CodecSet', () => {
  it('encodes as JSON when no codec is given', () => {
    expect(new CodecSet().encoder).toBe(jsonCodec);
    expect(new CodecSet().encode([1])).toBe('[1]');
  });

  it('encodes with the first codec', () => {
    expect(new CodecSet([bracketed]).encode('abc')).toBe('<abc>');
  });

  it('decodes with the codec that wrote the payload, JSON among them', () => {
    const codecs = new CodecSet([bracketed]);
    expect(codecs.decode('bracketed', '<abc>')).toBe('abc');
    expect(codecs.decode('json', '"abc"')).toBe('abc');
  });

  it('encodes with a codec by its name', () => {
    expect(new CodecSet([bracketed]).encode('abc', 'json')).toBe('"abc"');
  });

  it('refuses a codec that it does not know, and lists those that it knows', () => {
    expect(() => new CodecSet([bracketed]).decode('msgpack', 'x')).toThrow(TaskCodecError);
    expect(() => new CodecSet([bracketed]).decode('msgpack', 'x')).toThrow(/json, bracketed/u);
  });

  it('lets an own codec under the name of JSON take its place', () => {
    const own = { ...bracketed, name: 'json' };
    expect(new CodecSet([own]).decode('json', '<abc>')).toBe('abc');
  });

  it('types whatever a codec throws', () => {
    const cause = new RangeError('no');
    const failing: PayloadCodec = {
      name: 'failing',
      encode: () => {
        throw cause;
      },
      decode: () => {
        throw cause;
      },
    };
    const codecs = new CodecSet([failing]);
    expect(() => codecs.encode(1)).toThrow(expect.objectContaining({ code: 'TASKS_VALIDATION', cause }));
    expect(() => codecs.decode('failing', 'x')).toThrow(
      expect.objectContaining({ code: 'TASKS_CODEC', cause }),
    );
  });

  it('refuses a codec that gives neither text nor bytes', () => {
    const wrong = { ...bracketed, encode: () => ({}) } as unknown as PayloadCodec;
    expect(() => new CodecSet([wrong]).encode(1)).toThrow(TaskValidationError);
  });
});
