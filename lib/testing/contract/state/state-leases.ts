import assert from 'node:assert/strict';
import type { Lease, Ms, StateBackend } from '../../../contract/index.js';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { topic } from '../topic.js';

async function acquired(state: StateBackend, name: string, owner: string, ttl: Ms = 60_000): Promise<Lease> {
  const lease = await state.acquire(name, owner, ttl);
  assert.ok(lease, `${owner} gets the lease`);
  return lease;
}

export const stateLeases = topic('state: leases', (test) => {
  test('gives a name to one owner at a time', async (stage) => {
    const name = stage.name('lease');
    const lease = await acquired(stage.state, name, 'ada');
    assert.equal(lease.name, name);
    assert.equal(lease.owner, 'ada');
    assert.match(lease.fence, /^\d+$/);
    assert.equal(await stage.state.acquire(name, 'bob', 60_000), null);
    await acquired(stage.state, stage.name('other'), 'bob');
  });

  test('gives it to the next once it is released', async (stage) => {
    const name = stage.name('lease');
    await stage.state.release(await acquired(stage.state, name, 'ada'));
    await acquired(stage.state, name, 'bob');
  });

  test('gives it to the next once it has run out', async (stage) => {
    const name = stage.name('lease');
    await acquired(stage.state, name, 'ada', 300);
    await stage.pass(150);
    assert.equal(await stage.state.acquire(name, 'bob', 300), null);
    await stage.pass(200);
    await acquired(stage.state, name, 'bob');
  });

  test('is kept by renewing it', async (stage) => {
    const name = stage.name('lease');
    const lease = await acquired(stage.state, name, 'ada', 500);
    await stage.pass(250);
    assert.equal(await stage.state.renew(lease, 500), true);
    await stage.pass(350);
    assert.equal(await stage.state.acquire(name, 'bob', 500), null);
    assert.equal(await stage.state.renew(lease, 500), true);
  });

  test('cannot be renewed once it was lost, not even while nobody has it', async (stage) => {
    const name = stage.name('lease');
    const lease = await acquired(stage.state, name, 'ada', 200);
    await stage.pass(250);
    assert.equal(await stage.state.renew(lease, 200), false);
    await acquired(stage.state, name, 'bob');
    assert.equal(await stage.state.renew(lease, 200), false);
  });

  test('cannot be renewed once it was released', async (stage) => {
    const lease = await acquired(stage.state, stage.name('lease'), 'ada');
    await stage.state.release(lease);
    assert.equal(await stage.state.renew(lease, 60_000), false);
  });

  test('is not freed by who lost it', async (stage) => {
    const name = stage.name('lease');
    const lost = await acquired(stage.state, name, 'ada', 200);
    await stage.pass(250);
    const held = await acquired(stage.state, name, 'bob');
    await stage.state.release(lost);
    assert.equal(await stage.state.acquire(name, 'ada', 60_000), null);
    assert.equal(await stage.state.renew(held, 60_000), true);
  });

  test('raises its fence each time, also after it was free', async (stage) => {
    const name = stage.name('lease');
    let last = -1n;
    for (let n = 0; n < 4; n++) {
      const lease = await acquired(stage.state, name, `owner-${n}`, 200);
      assert.ok(BigInt(lease.fence) > last, `${lease.fence} is above ${last}`);
      last = BigInt(lease.fence);
      if (n % 2 === 0) await stage.state.release(lease);
      else await stage.pass(250);
    }
  });

  test('gives its holder a new fence, which voids the old one', async (stage) => {
    const name = stage.name('lease');
    const first = await acquired(stage.state, name, 'ada');
    const second = await acquired(stage.state, name, 'ada');
    assert.ok(BigInt(second.fence) > BigInt(first.fence));
    assert.equal(await stage.state.renew(first, 60_000), false);
    await stage.state.release(first);
    assert.equal(await stage.state.acquire(name, 'bob', 60_000), null);
    assert.equal(await stage.state.renew(second, 60_000), true);
  });

  test('goes to one of many who ask at once', async (stage) => {
    const name = stage.name('lease');
    const leases = await Promise.all(
      Array.from({ length: 10 }, (_, n) => stage.state.acquire(name, `owner-${n}`, 60_000)),
    );
    assert.equal(leases.filter((lease) => lease !== null).length, 1);
  });

  test('keeps names and owners apart whatever they look like', async (stage) => {
    const suffix = stage.name('lease');
    for (const text of HOSTILE_TEXTS) await acquired(stage.state, `${text}/${suffix}`, text);
    for (const text of HOSTILE_TEXTS) {
      assert.equal(await stage.state.acquire(`${text}/${suffix}`, `${text}!`, 60_000), null);
      await acquired(stage.state, `${text}/${suffix}`, text);
    }
  });
});
