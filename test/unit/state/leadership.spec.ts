import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../../lib/backends/index.js';
import { Leadership } from '../../../lib/state/leadership.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';

const TTL = 30_000;
const IDLE = 120_000;

/** Processes that stand for the same name in one store. */
function candidates(...owners: string[]) {
  const clock = new ManualClock();
  const { state } = createMemoryBackend({ name: 'main', type: 'memory', options: {}, clock });
  const all = owners.map(
    (owner) => new Leadership({ state, name: 'export', owner, ttl: TTL, idleAfter: IDLE, clock }),
  );
  const leaders = () => Promise.all(all.map((one) => one.isHeld()));
  return { clock, state, all, leaders };
}

describe('A leadership', () => {
  it('is held by the first that asks, and by no other', async () => {
    const { leaders } = candidates('a', 'b', 'c');
    expect(await leaders()).toEqual([true, false, false]);
  });

  it('is kept for as long as somebody asks', async () => {
    const { clock, leaders } = candidates('a', 'b');
    await leaders();
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance(TTL);
      expect(await leaders()).toEqual([true, false]);
    }
  });

  it('is given up at once by one that stops, and taken by another at its next turn', async () => {
    const { clock, all, leaders } = candidates('a', 'b');
    await leaders();
    await all[0]?.stop();
    expect(await all[0]?.isHeld()).toBe(false);
    await clock.advance(TTL / 3 + 1);
    expect(await all[1]?.isHeld()).toBe(true);
  });

  it('is given up by one that nobody asks any more', async () => {
    const { clock, all } = candidates('a', 'b');
    await all[0]?.isHeld();
    await clock.advance(IDLE + TTL);
    expect(await all[1]?.isHeld()).toBe(true);
  });

  it('runs out in a process whose store is away, and comes back with it', async () => {
    const { clock, state, all } = candidates('a');
    await all[0]?.isHeld();
    const renew = state.renew.bind(state);
    state.renew = () => Promise.reject(new Error('away'));
    await clock.advance(TTL + 1);
    expect(await all[0]?.isHeld()).toBe(false);
    state.renew = renew;
    await clock.advance(TTL / 3 + 1);
    expect(await all[0]?.isHeld()).toBe(true);
  });

  it('is taken again by one that nobody had asked for long, and that did not hold it', async () => {
    const { clock, all, leaders } = candidates('a', 'b');
    await leaders();
    for (let waited = 0; waited < IDLE + TTL; waited += TTL) {
      await clock.advance(TTL);
      await all[0]?.isHeld();
    }
    await all[0]?.stop();
    await clock.advance(TTL);
    expect(await all[1]?.isHeld()).toBe(true);
  });

  it('is over at once for one whose store says that it has lost it', async () => {
    const { clock, state, all } = candidates('a');
    await all[0]?.isHeld();
    state.renew = () => Promise.resolve(false);
    state.acquire = () => Promise.resolve(null);
    await clock.advance(TTL / 3);
    expect(await all[0]?.isHeld()).toBe(false);
  });

  it('is kept through one failed call, since the lease has not run out', async () => {
    const { clock, state, all } = candidates('a');
    await all[0]?.isHeld();
    state.renew = () => Promise.reject(new Error('away'));
    await clock.advance(TTL / 3);
    expect(await all[0]?.isHeld()).toBe(true);
  });

  it('is asked of the store once, however many ask at the same time', async () => {
    const { state, all } = candidates('a');
    let calls = 0;
    const acquire = state.acquire.bind(state);
    state.acquire = (...call) => {
      calls++;
      return acquire(...call);
    };
    expect(await Promise.all([all[0]?.isHeld(), all[0]?.isHeld(), all[0]?.isHeld()])).toEqual([
      true,
      true,
      true,
    ]);
    expect(calls).toBe(1);
  });

  it('that is stopped while the store is asked is given back, and asks no more', async () => {
    const { clock, state, all } = candidates('a', 'b');
    const asked = all[0]?.isHeld();
    await all[0]?.stop();
    await asked;
    expect(clock.timers).toBe(0);
    expect(await state.acquire('export', 'somebody else', TTL)).not.toBeNull();
  });

  it('that cannot be given back is no error', async () => {
    const { state, all } = candidates('a');
    await all[0]?.isHeld();
    state.release = () => Promise.reject(new Error('away'));
    await expect(all[0]?.stop()).resolves.toBeUndefined();
    expect(await all[0]?.isHeld()).toBe(false);
  });
});
