import assert from 'node:assert/strict';
import type { SignalValue } from '../../../contract/index.js';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from '../hostile-texts.js';
import { isExisting } from '../rejects.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const hostile = topic('hostile names and texts', (test) => {
  test('keeps jobs apart whatever their ids look like', async (stage) => {
    const lane = stage.lane();
    const ids = [...HOSTILE_NAMES, 'a:b', 'a:b:c', 'a..b'];
    await lane.addAll(ids.map((id) => ({ id, repeat: true, payload: JSON.stringify(id) })));
    const records = await stage.queue.get(ids.map((id) => lane.ref(id)));
    assert.deepEqual(
      records.map((record) => record?.payload),
      ids.map((id) => JSON.stringify(id)),
    );
    sameMembers(await lane.takeIds(100), ids);
    assert.equal(await lane.find('__proto__'), undefined);
    assert.equal(await lane.find('valueOf'), undefined);
  });

  test('keeps queues apart whatever their names look like', async (stage) => {
    const suffix = stage.name('q');
    const names = HOSTILE_NAMES.map((name) => `${name.slice(0, 127 - suffix.length)}.${suffix}`);
    for (const name of names) {
      const lane = stage.laneOn(stage.queue, name);
      lane.declare();
      await lane.add({ payload: JSON.stringify(name) });
    }
    for (const name of names) {
      const lane = stage.laneOn(stage.queue, name);
      const jobs = await lane.take(5);
      assert.deepEqual(
        jobs.map((job) => job.payload),
        [JSON.stringify(name)],
      );
    }
  });

  test('does not mix up a queue and an id that read alike when joined', async (stage) => {
    const name = stage.name('joined');
    const [short, long] = [name, `${name}.a`].map((queue) => stage.laneOn(stage.queue, queue));
    assert.ok(short && long);
    short.declare();
    long.declare();
    await short.add({ id: 'a.b', repeat: true, payload: '"short"' });
    await long.add({ id: 'b', repeat: true, payload: '"long"' });
    assert.equal((await short.record('a.b')).payload, '"short"');
    assert.equal((await long.record('b')).payload, '"long"');
    assert.equal((await short.counts()).pending, 1);
  });

  test('keeps task names, worker names and headers as they are', async (stage) => {
    const lane = stage.lane();
    const headers = Object.fromEntries(HOSTILE_TEXTS.map((text, place) => [`header-${place}`, text]));
    Object.defineProperty(headers, '__proto__', { value: 'own', enumerable: true });
    const id = await lane.add({ name: 'constructor', headers });
    const worker = HOSTILE_TEXTS.join('|').slice(0, 255);
    const job = await lane.takeOne({ worker });
    const record = await lane.record(id);
    assert.equal(record.worker, worker);
    assert.equal(job.name, 'constructor');
    for (const kept of [record.headers, job.extra?.headers]) {
      sameMembers(Object.entries(kept ?? {}), Object.entries(headers));
    }
    assert.equal(({} as Record<string, unknown>)['own'], undefined);
  });

  test('keeps idempotency keys apart', { feature: 'idempotency' }, async (stage) => {
    const lane = stage.lane();
    const words = HOSTILE_TEXTS.map((key) => ({ idempotency: { key, ttl: 60_000 } }));
    const ids = await lane.addAll(words);
    for (const [place, id] of ids.entries()) isExisting(await lane.offer(words[place]), id);
  });

  test('keeps unique keys apart', { feature: 'uniqueness' }, async (stage) => {
    const lane = stage.lane();
    const words = HOSTILE_TEXTS.map((key) => ({ unique: { mode: 'keep-first', key } as const }));
    const ids = await lane.addAll(words);
    for (const [place, id] of ids.entries()) isExisting(await lane.offer(words[place]), id);
  });

  test('keeps the keys of limits apart', { feature: 'keyLimits' }, async (stage) => {
    const lane = stage.lane({ perKey: { concurrency: 1 } });
    await lane.addAll(HOSTILE_TEXTS.flatMap((key) => [{ key }, { key }]));
    const keys = (await lane.take(100)).map((job) => job.extra?.key);
    sameMembers(keys, HOSTILE_TEXTS);
  });

  test('keeps signals apart', { feature: 'signals' }, async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    for (const name of HOSTILE_TEXTS) await lane.signal(id, name, JSON.stringify(name));
    const signals = (await lane.takeOne()).extra?.signals ?? {};
    for (const name of HOSTILE_TEXTS) {
      assert.ok(Object.hasOwn(signals, name), name);
      const value = Object.getOwnPropertyDescriptor(signals, name)?.value as SignalValue;
      assert.equal(value.payload, JSON.stringify(name));
    }
  });

  test('keeps reasons, errors and progress messages as they are', async (stage) => {
    const lane = stage.lane();
    for (const text of HOSTILE_TEXTS) {
      const id = await lane.add();
      const job = await lane.takeOne();
      await lane.note(job, { progress: { current: 1, total: 1, message: text } });
      await lane.settle(job, { kind: 'failed', error: { name: 'Error', message: text, stack: text } });
      const record = await lane.record(id);
      assert.deepEqual(
        [record.progress?.message, record.error?.message, record.error?.stack],
        [text, text, text],
      );
    }
  });
});
