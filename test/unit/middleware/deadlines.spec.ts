import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../../lib/middleware/deadlines.js';
import { RunGuard } from '../../../lib/middleware/run-guard.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { aContext } from './a-context.js';

const nobody = { abandon: () => undefined };
const aGuard = () =>
  new RunGuard(
    aContext(),
    nobody,
    () => undefined,
    () => undefined,
  );

function started() {
  const clock = new ManualClock(0);
  const expired: RunGuard[] = [];
  return { clock, expired, deadlines: new Deadlines(clock, (guard) => expired.push(guard)) };
}

describe('Deadlines', () => {
  it('tells each guard once, when its time is over', async () => {
    const { clock, expired, deadlines } = started();
    const [early, late] = [aGuard(), aGuard()];
    deadlines.add(late, 2_000, 0);
    deadlines.add(early, 1_000, 0);
    await clock.advance(999);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual([early]);
    await clock.advance(10_000);
    expect(expired).toEqual([early, late]);
  });

  it('tells nothing of a guard that was removed', async () => {
    const { clock, expired, deadlines } = started();
    const [kept, removed] = [aGuard(), aGuard()];
    deadlines.add(kept, 1_000, 0);
    deadlines.add(removed, 1_000, 0);
    deadlines.remove(removed);
    deadlines.remove(removed);
    await clock.advance(1_000);
    expect(expired).toEqual([kept]);
  });

  it('keeps one timer, moved forward for an earlier deadline', async () => {
    const { clock, expired, deadlines } = started();
    deadlines.add(aGuard(), 300_000, 0);
    const soon = aGuard();
    deadlines.add(soon, 10, 0);
    expect(clock.timers).toBe(1);
    await clock.advance(10);
    expect(expired).toEqual([soon]);
    expect(clock.timers).toBe(1);
  });

  it('lets go of its timer once nothing is left to wait for', async () => {
    const { clock, deadlines } = started();
    const guard = aGuard();
    deadlines.add(guard, 1_000, 0);
    deadlines.remove(guard);
    await clock.advance(1_000);
    expect(clock.timers).toBe(0);
  });

  it('lets a guard that expires be removed, and others be added, from within', async () => {
    const clock = new ManualClock(0);
    const expired: string[] = [];
    const second = aGuard();
    const deadlines: Deadlines = new Deadlines(clock, (guard) => {
      expired.push(guard === second ? 'second' : 'first');
      deadlines.remove(guard);
      if (guard !== second) deadlines.add(second, 5, clock.now());
    });
    deadlines.add(aGuard(), 10, 0);
    await clock.advance(15);
    expect(expired).toEqual(['first', 'second']);
    expect(clock.timers).toBe(0);
  });

  it('forgets everything when it is closed', async () => {
    const { clock, expired, deadlines } = started();
    const guard = aGuard();
    deadlines.add(guard, 1_000, 0);
    deadlines.close();
    expect(clock.timers).toBe(0);
    expect(guard.list).toBeUndefined();
    await clock.advance(10_000);
    expect(expired).toEqual([]);
  });

  it('does not pile up lists for timeouts that differ from run to run', () => {
    const { deadlines } = started();
    for (let timeout = 1; timeout <= 10_000; timeout++) {
      const guard = aGuard();
      deadlines.add(guard, 100_000 + timeout, 0);
      deadlines.remove(guard);
    }
    const { lists } = deadlines as unknown as { lists: Map<number, unknown> };
    expect(lists.size).toBeLessThan(100);
  });

  it('expires what a sorted list would, in whatever order things come and go', async () => {
    const seed = Date.now();
    console.log(`deadlines: seed ${seed}`);
    const step = fc.oneof(
      // Few timeouts share lists; `age` starts a run in the past, as a run whose middleware took its time.
      fc.record({
        kind: fc.constant('add' as const),
        timeout: fc.oneof(fc.constantFrom(0, 5, 10, 50), fc.integer({ min: 0, max: 60 })),
        age: fc.integer({ min: 0, max: 20 }),
      }),
      fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 25 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, expired, deadlines } = started();
        let waiting: { guard: RunGuard; deadline: number }[] = [];
        for (const one of steps) {
          if (one.kind === 'add') {
            const guard = aGuard();
            waiting.push({ guard, deadline: clock.now() - one.age + one.timeout });
            deadlines.add(guard, one.timeout, clock.now() - one.age);
          } else if (one.kind === 'remove') {
            if (waiting.length === 0) continue;
            const [gone] = waiting.splice(one.which % waiting.length, 1);
            deadlines.remove(gone!.guard);
          } else {
            await clock.advance(one.by);
            const due = waiting.filter(({ deadline }) => deadline <= clock.now());
            waiting = waiting.filter(({ deadline }) => deadline > clock.now());
            expect(new Set(expired.splice(0))).toEqual(new Set(due.map(({ guard }) => guard)));
            expect(clock.timers).toBeLessThanOrEqual(1);
          }
        }
        await clock.advance(100);
        expect(new Set(expired)).toEqual(new Set(waiting.map(({ guard }) => guard)));
        expect(clock.timers).toBe(0);
      }),
      { seed, numRuns: 150 },
    );
  });
});
