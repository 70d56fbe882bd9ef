import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../../lib/middleware/deadlines.js';
import { RunGuard } from '../../../lib/middleware/run-guard.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { aContext } from './a-context.js';

const nobody = { close: () => undefined, abandon: () => undefined, rest: () => undefined };
const noEnd = { completed: () => undefined, failed: () => undefined };
const aGuard = (id = 'job-1') => new RunGuard(aContext({ id }), nobody, noEnd);

function started() {
  const clock = new ManualClock(0);
  const expired: string[] = [];
  return { clock, expired, deadlines: new Deadlines(clock, ({ ctx }) => expired.push(ctx.job.id)) };
}

describe('Deadlines', () => {
  it('tells each guard once, when its time is over', async () => {
    const { clock, expired, deadlines } = started();
    const [early, late] = [aGuard('early'), aGuard('late')];
    deadlines.add(late, 2_000, 0);
    deadlines.add(early, 1_000, 0);
    await clock.advance(999);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual(['early']);
    await clock.advance(10_000);
    expect(expired).toEqual(['early', 'late']);
  });

  it('tells nothing of a guard that was removed', async () => {
    const { clock, expired, deadlines } = started();
    const [kept, removed] = [aGuard('kept'), aGuard('removed')];
    deadlines.add(kept, 1_000, 0);
    deadlines.add(removed, 1_000, 0);
    deadlines.remove(removed);
    deadlines.remove(removed);
    await clock.advance(1_000);
    expect(expired).toEqual(['kept']);
  });

  it('keeps one timer, moved forward for an earlier deadline', async () => {
    const { clock, expired, deadlines } = started();
    deadlines.add(aGuard(), 300_000, 0);
    const soon = aGuard('soon');
    deadlines.add(soon, 10, 0);
    expect(clock.timers).toBe(1);
    await clock.advance(10);
    expect(expired).toEqual(['soon']);
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
    const add = fc.record({
      kind: fc.constant('add' as const),
      // Few timeouts share lists.
      timeout: fc.oneof(fc.constantFrom(0, 5, 10, 50), fc.integer({ min: 0, max: 60 })),
      // A run that began in the past, as one whose middleware took its time.
      age: fc.integer({ min: 0, max: 20 }),
    });
    const remove = fc.record({ kind: fc.constant('remove' as const), which: fc.nat() });
    const advance = fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 25 }) });
    const steps = fc.array(fc.oneof(add, remove, advance), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const race = new Race();
        for (const step of taken) {
          if (step.kind === 'add') race.add(step.timeout, step.age);
          else if (step.kind === 'remove') race.remove(step.which);
          else await race.advance(step.by);
        }
        await race.advance(100);
        expect(race.told).toEqual(race.expected);
        expect(race.mostTimers).toBeLessThanOrEqual(1);
        expect(race.clock.timers).toBe(0);
      }),
      { seed, numRuns: 150 },
    );
  });
});

/** Deadlines beside a plain list of the same: what each says at every step. */
class Race {
  readonly told: number[][] = [];
  readonly expected: number[][] = [];
  readonly clock = new ManualClock(0);
  mostTimers = 0;
  private fresh: number[] = [];
  private readonly numbers = new Map<RunGuard, number>();
  private waiting: { guard: RunGuard; deadline: number }[] = [];
  private readonly deadlines = new Deadlines(this.clock, (guard) => this.fresh.push(this.numberOf(guard)));

  add(timeout: number, age: number): void {
    const guard = aGuard();
    const from = this.clock.now() - age;
    this.numbers.set(guard, this.numbers.size);
    this.waiting.push({ guard, deadline: from + timeout });
    this.deadlines.add(guard, timeout, from);
  }

  remove(which: number): void {
    const [gone] = this.waiting.splice(which % Math.max(1, this.waiting.length), 1);
    if (gone !== undefined) this.deadlines.remove(gone.guard);
  }

  async advance(by: number): Promise<void> {
    await this.clock.advance(by);
    const due = this.waiting.filter(({ deadline }) => deadline <= this.clock.now());
    this.waiting = this.waiting.filter((one) => !due.includes(one));
    this.told.push(this.fresh.splice(0).toSorted((one, other) => one - other));
    this.expected.push(due.map(({ guard }) => this.numberOf(guard)));
    this.mostTimers = Math.max(this.mostTimers, this.clock.timers);
  }

  private numberOf(guard: RunGuard): number {
    return this.numbers.get(guard) as number;
  }
}
