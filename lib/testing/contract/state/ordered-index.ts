import assert from 'node:assert/strict';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { topic } from '../topic.js';

const members = (entries: readonly { member: string }[]) => entries.map(({ member }) => member);

export const orderedIndex = topic('state: ordered index', (test) => {
  test('lists members by score, then by member', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add([
      { member: 'c', score: 2 },
      { member: 'b', score: 1 },
      { member: 'a', score: 2 },
      { member: 'd', score: -1.5 },
    ]);
    assert.deepEqual(await index.range(), [
      { member: 'd', score: -1.5 },
      { member: 'b', score: 1 },
      { member: 'a', score: 2 },
      { member: 'c', score: 2 },
    ]);
    assert.deepEqual(members(await index.range({ reverse: true })), ['c', 'a', 'b', 'd']);
    assert.equal(await index.count(), 4);
  });

  test('lists between bounds, both included', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add([1, 2, 3, 4, 5].map((score) => ({ member: `m${score}`, score })));
    assert.deepEqual(members(await index.range({ min: 2, max: 4 })), ['m2', 'm3', 'm4']);
    assert.deepEqual(members(await index.range({ min: 4 })), ['m4', 'm5']);
    assert.deepEqual(members(await index.range({ max: 2, reverse: true })), ['m2', 'm1']);
    assert.deepEqual(members(await index.range({ min: 2, limit: 2 })), ['m2', 'm3']);
    assert.deepEqual(members(await index.range({ reverse: true, limit: 2 })), ['m5', 'm4']);
    assert.deepEqual(await index.range({ min: 9 }), []);
    assert.deepEqual(await index.range({ min: 4, max: 2 }), []);
  });

  test('moves a member to a new score', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add([
      { member: 'a', score: 1 },
      { member: 'b', score: 2 },
    ]);
    await index.add([{ member: 'a', score: 3 }]);
    assert.deepEqual(members(await index.range()), ['b', 'a']);
    assert.equal(await index.count(), 2);
  });

  test('removes members, and says how many were there', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add([
      { member: 'a', score: 1 },
      { member: 'b', score: 2 },
    ]);
    assert.equal(await index.remove(['a', 'nobody', 'a']), 1);
    assert.deepEqual(members(await index.range()), ['b']);
    assert.equal(await index.remove(['a']), 0);
    assert.equal(await index.count(), 1);
  });

  test('lists a hundred when no limit is given', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add(Array.from({ length: 150 }, (_, score) => ({ member: `m${score}`, score })));
    assert.equal((await index.range()).length, 100);
    assert.equal((await index.range({ limit: 1_000 })).length, 150);
    assert.equal(await index.count(), 150);
  });

  test('goes on behind a place, in either direction', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((member, place) => ({ member, score: place >> 1 }));
    await index.add(all);
    for (const reverse of [false, true]) {
      const read: string[] = [];
      let after: { member: string; score: number } | undefined;
      for (let page = await index.range({ limit: 3, reverse }); page.length > 0;) {
        read.push(...members(page));
        after = page.at(-1);
        page = await index.range({ limit: 3, reverse, after });
      }
      assert.deepEqual(read, members(reverse ? all.toReversed() : all));
    }
  });

  test('goes on behind a place whose member has gone, within the bounds', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add(['a', 'b', 'c', 'd'].map((member, score) => ({ member, score })));
    await index.remove(['b']);
    const after = { member: 'b', score: 1 };
    assert.deepEqual(members(await index.range({ after, max: 2 })), ['c']);
    assert.deepEqual(members(await index.range({ after, reverse: true })), ['a']);
  });

  test('keeps one index apart from another, and from values', async (stage) => {
    const [one, two] = [stage.name('index'), stage.name('index')];
    await stage.state.index(one).add([{ member: 'a', score: 1 }]);
    await stage.state.set([{ key: one, value: 'a value' }]);
    assert.equal(await stage.state.index(two).count(), 0);
    assert.equal(await stage.state.index(one).count(), 1);
    assert.equal((await stage.state.get([one]))[0]?.value, 'a value');
  });

  test('keeps members whatever they look like', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    await index.add(HOSTILE_TEXTS.map((member, score) => ({ member, score })));
    assert.deepEqual(members(await index.range()), HOSTILE_TEXTS);
    assert.equal(await index.remove(HOSTILE_TEXTS), HOSTILE_TEXTS.length);
  });

  test('keeps moments in milliseconds exactly', async (stage) => {
    const index = stage.state.index(stage.name('index'));
    const now = 1_795_312_345_678;
    await index.add([
      { member: 'later', score: now + 1 },
      { member: 'now', score: now },
    ]);
    assert.deepEqual(await index.range({ min: now, max: now }), [{ member: 'now', score: now }]);
  });
});
