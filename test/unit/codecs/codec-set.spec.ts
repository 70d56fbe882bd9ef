import { describe, expect, it } from 'vitest';
import { CodecSet, jsonCodec } from '../../../lib/codecs/index.js';
import type { PayloadCodec, PayloadSubject } from '../../../lib/contract/index.js';
import { TaskCodecError, TaskValidationError } from '../../../lib/errors/index.js';

const bracketed: PayloadCodec = {
  name: 'bracketed',
  encode: (value) => `<${String(value)}>`,
  decode: (payload) => String(payload).slice(1, -1),
};

const job: PayloadSubject = { queue: 'mails', name: 'send', id: '1' };

describe('CodecSet', () => {
  it('encodes as JSON when no codec is given', () => {
    expect(new CodecSet().encoder).toBe(jsonCodec);
    expect(new CodecSet().encode([1], job, 'payload')).toBe('[1]');
  });

  it('encodes with the first codec', () => {
    expect(new CodecSet([bracketed]).encode('abc', job, 'payload')).toBe('<abc>');
  });

  it('decodes with the codec that wrote the payload, JSON among them', () => {
    const codecs = new CodecSet([bracketed]);
    expect(codecs.decode('bracketed', '<abc>', job, 'payload')).toBe('abc');
    expect(codecs.decode('json', '"abc"', job, 'payload')).toBe('abc');
  });

  it('encodes with a codec by its name', () => {
    expect(new CodecSet([bracketed]).encode('abc', job, 'payload', 'json')).toBe('"abc"');
  });

  it('refuses a codec that it does not know, and lists those that it knows', () => {
    expect(() => new CodecSet([bracketed]).decode('msgpack', 'x', job, 'payload')).toThrow(TaskCodecError);
    expect(() => new CodecSet([bracketed]).decode('msgpack', 'x', job, 'payload')).toThrow(
      /json, bracketed/u,
    );
  });

  it('tells the codec of which job it is, and what part of it', () => {
    const told: unknown[] = [];
    const curious: PayloadCodec = {
      name: 'curious',
      encode: (value, subject, part) => {
        told.push([subject, part]);
        return String(value);
      },
      decode: (payload, subject, part) => {
        told.push([subject, part]);
        return payload;
      },
    };
    const codecs = new CodecSet([curious]);
    codecs.encode('a', job, 'payload');
    codecs.decode('curious', 'b', job, 'result');
    expect(told).toEqual([
      [job, 'payload'],
      [job, 'result'],
    ]);
  });

  it('lets an own codec under the name of JSON take its place', () => {
    const own = { ...bracketed, name: 'json' };
    expect(new CodecSet([own]).decode('json', '<abc>', job, 'payload')).toBe('abc');
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
    expect(() => codecs.encode(1, job, 'payload')).toThrow(
      expect.objectContaining({ code: 'TASKS_VALIDATION', cause }),
    );
    expect(() => codecs.decode('failing', 'x', job, 'payload')).toThrow(
      expect.objectContaining({ code: 'TASKS_CODEC', cause }),
    );
  });

  it('refuses a codec that gives neither text nor bytes', () => {
    const wrong = { ...bracketed, encode: () => ({}) } as unknown as PayloadCodec;
    expect(() => new CodecSet([wrong]).encode(1, job, 'payload')).toThrow(TaskValidationError);
  });
});
