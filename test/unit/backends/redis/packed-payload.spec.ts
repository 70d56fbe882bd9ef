import { describe, expect, it } from 'vitest';
import {
  packPayload,
  payloadFromJson,
  payloadToJson,
  unpackPayload,
} from '../../../../lib/backends/redis/packed-payload.js';

const PAYLOADS = [
  '',
  'text',
  '日本 🦊',
  'NUL \u0000',
  'half \ud800',
  Uint8Array.of(0, 255, 10),
  new Uint8Array(0),
];

describe('packed payloads', () => {
  it.each(PAYLOADS)('come back as they were: %j', (payload) => {
    expect(unpackPayload(Buffer.from(packPayload(payload)))).toEqual(payload);
    expect(payloadFromJson(JSON.parse(JSON.stringify(payloadToJson(payload))) as string)).toEqual(payload);
  });

  it('keep a missing one missing', () => {
    expect(unpackPayload(Buffer.from(packPayload(undefined)))).toBeUndefined();
  });

  it('are copies: a reply may be one piece of memory for all of them', () => {
    const reply = Buffer.from('b123');
    const bytes = unpackPayload(reply) as Uint8Array;
    reply.fill(0);
    expect(Buffer.from(bytes).toString()).toBe('123');
  });
});
