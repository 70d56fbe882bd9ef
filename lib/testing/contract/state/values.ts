import assert from 'node:assert/strict';
import type { Payload, StateBackend } from '../../../contract/index.js';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { topic } from '../topic.js';

async function read(state: StateBackend, key: string): Promise<Payload | undefined> {
  return (await state.get([key]))[0]?.value;
}

async function version(state: StateBackend, key: string): Promise<string> {
  const [value] = await state.get([key]);
  assert.ok(value, `${key} is there`);
  return value.version;
}

export const values = topic('state: values', (test) => {
  test('gives back what was set, in the order of the keys', async (stage) => {
    const [one, two] = [stage.name('key'), stage.name('key')];
    await stage.state.set([
      { key: one, value: '1' },
      { key: two, value: '2' },
    ]);
    const found = await stage.state.get([two, stage.name('nobody'), one, two]);
    assert.deepEqual(
      found.map((value) => value?.value),
      ['2', undefined, '1', '2'],
    );
    assert.deepEqual(await stage.state.get([]), []);
  });

  test('overwrites, and forgets what is deleted', async (stage) => {
    const [one, two] = [stage.name('key'), stage.name('key')];
    await stage.state.set([{ key: one, value: 'old' }]);
    await stage.state.set([
      { key: one, value: 'new' },
      { key: two, value: '2' },
    ]);
    assert.equal(await read(stage.state, one), 'new');
    assert.equal(await stage.state.delete([one, two, stage.name('nobody')]), 2);
    assert.equal(await read(stage.state, one), undefined);
    assert.equal(await stage.state.delete([one]), 0);
  });

  test('forgets a value when its time is over', async (stage) => {
    const key = stage.name('key');
    await stage.state.set([{ key, value: 'brief', ttl: 300 }]);
    assert.equal(await read(stage.state, key), 'brief');
    await stage.pass(350);
    assert.equal(await read(stage.state, key), undefined);
    assert.equal(await stage.state.delete([key]), 0);
  });

  test('goes by the latest time to live', async (stage) => {
    const [longer, kept] = [stage.name('key'), stage.name('key')];
    for (const key of [longer, kept]) await stage.state.set([{ key, value: 'first', ttl: 200 }]);
    await stage.state.set([
      { key: longer, value: 'second', ttl: 60_000 },
      { key: kept, value: 'second' },
    ]);
    await stage.pass(250);
    assert.equal(await read(stage.state, longer), 'second');
    assert.equal(await read(stage.state, kept), 'second');
  });

  test('keeps texts and bytes exactly', async (stage) => {
    const key = stage.name('key');
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const value of ['', 'NUL \u0000 and 🦊', '{"__proto__":1}', bytes, new Uint8Array(0)]) {
      await stage.state.set([{ key, value }]);
      const back = await read(stage.state, key);
      if (typeof value === 'string') assert.equal(back, value);
      else assert.ok(back instanceof Uint8Array && Buffer.from(back).equals(Buffer.from(value)));
    }
  });

  test('keeps keys apart whatever they look like', async (stage) => {
    const suffix = stage.name('key');
    const keys = [...HOSTILE_TEXTS.map((text) => `${text}/${suffix}`), '__proto__', 'constructor'];
    await stage.state.set(keys.map((key) => ({ key, value: key })));
    const found = await stage.state.get(keys);
    assert.deepEqual(
      found.map((value) => value?.value),
      keys,
    );
    assert.equal(await stage.state.delete(keys), keys.length);
  });
});

export const compareAndSet = topic('state: compare and set', (test) => {
  test('writes a new value when there is none', async (stage) => {
    const { state } = stage;
    const key = stage.name('key');
    assert.equal(await state.compareAndSet(key, null, 'first'), true);
    assert.equal(await state.compareAndSet(key, null, 'second'), false);
    assert.equal(await read(state, key), 'first');
  });

  test('writes over the version that it names, and no other', async (stage) => {
    const { state } = stage;
    const key = stage.name('key');
    await state.set([{ key, value: 'first' }]);
    const old = await version(state, key);
    assert.equal(await state.compareAndSet(key, old, 'second'), true);
    assert.equal(await state.compareAndSet(key, old, 'third'), false);
    assert.equal(await read(state, key), 'second');
    assert.equal(await state.compareAndSet(key, await version(state, key), 'third'), true);
  });

  test('gives every write a new version, also one that changes nothing', async (stage) => {
    const { state } = stage;
    const key = stage.name('key');
    await state.set([{ key, value: 'same' }]);
    const first = await version(state, key);
    await state.set([{ key, value: 'same' }]);
    const second = await version(state, key);
    assert.notEqual(second, first);
    await state.compareAndSet(key, second, 'same');
    assert.notEqual(await version(state, key), second);
    assert.equal(await state.compareAndSet(key, first, 'other'), false);
  });

  test('is not deceived by a value that went and came back', async (stage) => {
    const { state } = stage;
    const key = stage.name('key');
    await state.set([{ key, value: 'same' }]);
    const old = await version(state, key);
    await state.delete([key]);
    assert.equal(await state.compareAndSet(key, old, 'other'), false);
    assert.equal(await read(state, key), undefined);
    await state.set([{ key, value: 'same' }]);
    assert.equal(await state.compareAndSet(key, old, 'other'), false);
    assert.equal(await read(state, key), 'same');
  });

  test('lets one of many at once write', async (stage) => {
    const { state } = stage;
    const key = stage.name('key');
    const first = await Promise.all(
      Array.from({ length: 10 }, (_, writer) => state.compareAndSet(key, null, `${writer}`)),
    );
    assert.equal(first.filter(Boolean).length, 1);
    const old = await version(state, key);
    const second = await Promise.all(
      Array.from({ length: 10 }, (_, writer) => state.compareAndSet(key, old, `${writer}`)),
    );
    assert.equal(second.filter(Boolean).length, 1);
  });

  test('keeps the time to live that the value had, unless it brings one', async (stage) => {
    const { state } = stage;
    const [same, longer] = [stage.name('key'), stage.name('key')];
    for (const key of [same, longer]) await state.set([{ key, value: 'first', ttl: 400 }]);
    await state.compareAndSet(same, await version(state, same), 'second');
    await state.compareAndSet(longer, await version(state, longer), 'second', 60_000);
    assert.equal(await read(state, same), 'second');
    await stage.pass(450);
    assert.equal(await read(state, same), undefined);
    assert.equal(await read(state, longer), 'second');
  });

  test('takes a value whose time is over as none', async (stage) => {
    const { state } = stage;
    const key = stage.name('key');
    await state.set([{ key, value: 'brief', ttl: 200 }]);
    const old = await version(state, key);
    await stage.pass(250);
    assert.equal(await state.compareAndSet(key, old, 'too late'), false);
    assert.equal(await state.compareAndSet(key, null, 'anew', 200), true);
    await stage.pass(250);
    assert.equal(await read(state, key), undefined);
  });
});

export const incrementing = topic('state: increment', (test) => {
  test('counts from 0, up and down', async (stage) => {
    const key = stage.name('counter');
    assert.equal(await stage.state.increment(key, 5), 5);
    assert.equal(await stage.state.increment(key, -7), -2);
    assert.equal(await stage.state.increment(key, 0), -2);
  });

  test('loses nothing when many count at once', async (stage) => {
    const key = stage.name('counter');
    const numbers = await Promise.all(Array.from({ length: 20 }, () => stage.state.increment(key, 1)));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
  });

  test('starts again when its time is over, which later counts do not lengthen', async (stage) => {
    const key = stage.name('counter');
    await stage.state.increment(key, 1, 500);
    await stage.pass(300);
    assert.equal(await stage.state.increment(key, 1, 500), 2);
    await stage.pass(250);
    assert.equal(await stage.state.increment(key, 1, 500), 1);
  });

  test('starts again when it was deleted', async (stage) => {
    const key = stage.name('counter');
    await stage.state.increment(key, 3);
    assert.equal(await stage.state.delete([key]), 1);
    assert.equal(await stage.state.increment(key, 1), 1);
  });
});
