import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const payloads = topic('payloads', (test) => {
  const TEXTS: readonly string[] = [
    '',
    '[]',
    '{}',
    '{"b":1,"a":[],"b":2}',
    '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}',
    '"\\u0000"',
    'not JSON at all',
    'NUL \u0000 inside',
    '\u2028 and \uFEFF',
    '9007199254740993',
    '日本語 🦊',
    'x'.repeat(100_000),
  ];

  test('hands texts back to the last character', async (stage) => {
    const lane = stage.lane();
    const ids = await lane.addAll(TEXTS.map((payload) => ({ payload })));
    const jobs = await lane.take(TEXTS.length);
    for (const [place, id] of ids.entries()) {
      const job = jobs.find((one) => one.id === id);
      assert.equal(job?.payload, TEXTS[place]);
      assert.equal((await lane.record(id)).payload, TEXTS[place]);
    }
  });

  test('hands bytes back to the last bit', async (stage) => {
    const lane = stage.lane();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const bytes of [all, new Uint8Array(0), stage.random.bytes(10_000), Uint8Array.of(0xff, 0xfe, 0)]) {
      const id = await lane.add({ payload: bytes, codec: 'binary' });
      const { payload, codec } = await lane.takeOne();
      for (const back of [payload, (await lane.record(id)).payload]) {
        assert.ok(back instanceof Uint8Array, 'bytes come back as bytes');
        assert.ok(Buffer.from(back).equals(Buffer.from(bytes)));
      }
      assert.equal(codec, 'binary');
    }
  });

  test('keeps a missing payload missing', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ payload: undefined });
    assert.equal((await lane.record(id)).payload, undefined);
    assert.equal((await lane.takeOne()).payload, undefined);
  });

  test('keeps half a character or refuses it, and never changes it', async (stage) => {
    const lane = stage.lane();
    for (const payload of ['\ud800', 'a\udc00b']) {
      const verdict = await lane.offer({ payload });
      if (verdict.status === 'refused') assert.equal(verdict.code, 'TASKS_VALIDATION');
      else assert.equal((await lane.takeOne()).payload, payload);
    }
  });

  test('keeps results, checkpoints and metadata as exactly', async (stage) => {
    const lane = stage.lane();
    for (const value of ['{"b":[],"a":{}}', 'NUL \u0000', stage.random.bytes(300)]) {
      const id = await lane.add();
      const job = await lane.takeOne();
      const progress = { current: 1, total: 2, metadata: value };
      await lane.note(job, { progress, checkpoint: value });
      await lane.complete(job, value);
      const record = await lane.record(id);
      for (const back of [record.result, record.checkpoint, record.progress?.metadata]) {
        if (typeof value === 'string') assert.equal(back, value);
        else assert.ok(Buffer.from(back as Uint8Array).equals(Buffer.from(value)));
      }
    }
  });
});
