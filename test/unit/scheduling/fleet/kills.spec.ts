import { describe, expect, it } from 'vitest';
import type { ScheduleCatchUp } from '../../../../lib/contract/index.js';
import { Random, testSeed } from '../../../../lib/testing/random.js';
import { Fleet, LEASE } from './fleet.js';

const SECOND = 1_000;
/** Of each run. */
const LENGTH = 90;
const RUNS = 25;

const seconds = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, place) => (from + place) * SECOND);

async function aFleet(processes: number): Promise<Fleet> {
  const fleet = new Fleet();
  for (let place = 0; place < processes; place++) await fleet.boot();
  await fleet.schedule({ name: 'tick', every: SECOND });
  return fleet;
}

const slotsOf = async (fleet: Fleet, schedule = 'tick'): Promise<number[]> =>
  (await fleet.firings()).filter((firing) => firing.schedule === schedule).map(({ slot }) => slot);

describe('a fleet of processes', () => {
  it('has one that leads, and it fires every slot once, in time', async () => {
    const fleet = await aFleet(3);
    await fleet.clock.advance(30 * SECOND);
    expect(fleet.leaders).toHaveLength(1);
    const firings = await fleet.firings();
    expect(firings.map(({ slot }) => slot)).toEqual(seconds(1, 30));
    expect(firings.filter(({ at, slot }) => at !== slot)).toEqual([]);
  });

  it('fires the slots of a failover late and in order, within two leases', async () => {
    const fleet = await aFleet(2);
    await fleet.clock.advance(10 * SECOND + 500);
    fleet.leaders[0]?.mortal.kill();
    await fleet.clock.advance(20 * SECOND);
    const firings = await fleet.firings();
    expect(firings.map(({ slot }) => slot)).toEqual(seconds(1, 30));
    expect(Math.max(...firings.map(({ at, slot }) => at - slot))).toBeLessThan(2 * LEASE);
  });

  it('hands on at once what a process that stops has led', async () => {
    const fleet = await aFleet(2);
    await fleet.clock.advance(10 * SECOND + 500);
    void fleet.leaders[0]?.scheduling.stop();
    await fleet.clock.advance(20 * SECOND);
    const firings = await fleet.firings();
    expect(firings.map(({ slot }) => slot)).toEqual(seconds(1, 30));
    expect(firings.filter(({ at, slot }) => at !== slot)).toEqual([]);
  });

  it('fires nothing twice when a leader that was frozen wakes up and believes that it leads', async () => {
    const fleet = await aFleet(2);
    await fleet.clock.advance(10 * SECOND + 999);
    fleet.leaders[0]?.mortal.freeze(10 * SECOND);
    await fleet.clock.advance(30 * SECOND);
    expect(await slotsOf(fleet)).toEqual(seconds(1, 40));
    expect(fleet.leaders).toHaveLength(1);
  });

  it.each<[ScheduleCatchUp, number[]]>([
    ['skip', []],
    ['last', [60]],
    [{ mode: 'all', max: 3 }, [58, 59, 60]],
  ])('follows catchUp %j for the time in which no process was alive', async (catchUp, caughtUp) => {
    const fleet = new Fleet();
    const first = await fleet.boot();
    await fleet.schedule({ name: 'tick', every: SECOND, catchUp });
    await fleet.clock.advance(10 * SECOND + 500);
    first.mortal.kill();
    await fleet.clock.advance(50 * SECOND);
    await fleet.boot();
    await fleet.clock.advance(5 * SECOND);
    const expected = [...seconds(1, 10), ...caughtUp.map((one) => one * SECOND), ...seconds(61, 65)];
    expect(await slotsOf(fleet)).toEqual(expected);
  });
});

describe('a fleet whose processes are killed and frozen at random', () => {
  const seed = testSeed();
  it.each(Array.from({ length: RUNS }, (_, run) => run))(
    `fires every slot of a living fleet exactly once and in order (seed ${seed}, run %i)`,
    async (run) => {
      const random = new Random(seed + run);
      const fleet = await aFleet(3);
      await fleet.schedule({ name: 'third', every: 3 * SECOND, catchUp: 'last' });
      /** Seconds in which nobody was awake. */
      const asleep = new Set<number>();
      for (let second = 1; second <= LENGTH; second++) {
        const { living } = fleet;
        const leader = fleet.leaders[0] ?? living[0];
        const dice = random.below(10);
        if (dice === 0) leader?.mortal.killWithin(12, random);
        if (dice === 1) leader?.mortal.freeze(200 + random.below(4 * LEASE));
        if (dice === 2) random.pick(living)?.mortal.kill();
        if (dice >= 7 && living.length < 3) await fleet.boot();
        await fleet.clock.advance(random.below(SECOND));
        if (!fleet.processes.some(({ mortal }) => mortal.isAwake)) asleep.add(second);
        await fleet.clock.advance(fleet.start + second * SECOND - fleet.clock.now());
        if (!fleet.processes.some(({ mortal }) => mortal.isAwake)) asleep.add(second);
      }
      await fleet.boot();
      await fleet.clock.advance(8 * LEASE);
      // A process that died before its next beat (a third of a lease) has told nobody that it lived.
      const silent = [...asleep];
      for (const second of silent) for (const before of [1, 2, 3]) asleep.add(second - before);
      const end = LENGTH + 4;
      for (const [name, every] of [
        ['tick', 1],
        ['third', 3],
      ] as const) {
        const slots = await slotsOf(fleet, name);
        const fired = slots.map((slot) => slot / SECOND);
        expect(fired, `${name}: in order, none twice`).toEqual([...new Set(fired)].toSorted((a, b) => a - b));
        const lost = seconds(1, end)
          .map((slot) => slot / SECOND)
          .filter((slot) => slot % every === 0 && !fired.includes(slot) && !asleep.has(slot));
        expect(lost, `${name}: none lost while a process was awake`).toEqual([]);
      }
    },
  );
});
