import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors/index.js';
import { deferred } from '../middleware/a-context.js';
import { type DeskBackend, PoolDesk } from './pool-desk.js';

const QUEUES = ['default', 'urgent', 'reports'] as const;

const enqueue = fc.record({
  kind: fc.constant('enqueue' as const),
  queue: fc.constantFrom(...QUEUES),
  count: fc.integer({ min: 1, max: 6 }),
  delay: fc.constantFrom(0, 0, 0, 700),
  quick: fc.boolean(),
});
const end = fc.record({
  kind: fc.constant('end' as const),
  which: fc.nat(),
  how: fc.constantFrom('well' as const, 'badly' as const),
});
const advance = fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 4_000 }) });
const scale = fc.record({ kind: fc.constant('scale' as const), to: fc.integer({ min: 0, max: 3 }) });
const widen = fc.record({ kind: fc.constant('widen' as const), to: fc.integer({ min: 1, max: 3 }) });
const trouble = fc.record({
  kind: fc.constant('trouble' as const),
  backend: fc.constantFrom(0, 1),
  call: fc.constantFrom('claim' as const, 'extend' as const),
  how: fc.constantFrom('refused' as const, 'reply lost' as const, 'slow' as const),
});
const restart = fc.record({
  kind: fc.constant('restart' as const),
  drain: fc.boolean(),
  timeout: fc.constantFrom(0, 1_000),
});
const deafness = fc.record({ kind: fc.constant('deafness' as const), backend: fc.constantFrom(0, 1) });
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;
const steps = fc.array(
  fc.oneof(
    { arbitrary: enqueue, weight: 4 },
    { arbitrary: end, weight: 6 },
    { arbitrary: advance, weight: 3 },
    { arbitrary: scale, weight: 1 },
    { arbitrary: widen, weight: 1 },
    { arbitrary: trouble, weight: 3 },
    { arbitrary: restart, weight: 1 },
    { arbitrary: deafness, weight: 1 },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
);

/** A pool over two backends to which all sorts of things happen, and what must be true of it whatever they are. */
class Ordeal {
  readonly desk = new PoolDesk({
    backends: { first: ['default', 'urgent'], second: ['reports'] },
    workerCount: 2,
    maxConcurrentTasks: 2,
    lease: 3_000,
    pollInterval: 500,
  });
  readonly ids: string[] = [];
  mostAtOnce = 0;
  private readonly running: { id: string; end: ReturnType<typeof deferred> }[] = [];
  private isCalm = false;

  constructor() {
    for (const { queue } of this.desk.backends) {
      queue.claimToBe({ capabilities: { ...queue.target.capabilities, lookAhead: 3, claimsInFlight: 2 } });
    }
    this.desk.handle(async (payload, { job }) => {
      if (this.isCalm || payload === 'quick') return;
      const mine = { id: job.id, end: deferred() };
      this.running.push(mine);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.desk.pool.stats().active);
      await mine.end.promise;
    });
  }

  async take(step: Step): Promise<void> {
    const { desk } = this;
    switch (step.kind) {
      case 'enqueue':
        this.ids.push(
          ...(await desk.enqueue(step.queue, step.count, {
            delay: step.delay,
            payload: step.quick ? '"quick"' : undefined,
            maxRetries: 1_000,
            maxStalled: 1_000,
          })),
        );
        break;
      case 'end': {
        const [ended] = this.running.splice(step.which % Math.max(1, this.running.length), 1);
        if (step.how === 'well') ended?.end.resolve(undefined);
        else ended?.end.reject(new Error('badly'));
        break;
      }
      case 'advance':
        await desk.clock.advance(step.by);
        break;
      case 'scale':
        await desk.pool.scaleTo(step.to);
        break;
      case 'widen':
        desk.pool.setConcurrency(step.to);
        break;
      case 'trouble':
        this.trouble(desk.backends[step.backend] as DeskBackend, step.call, step.how);
        break;
      case 'deafness':
        this.loseLeases(desk.backends[step.backend] as DeskBackend);
        break;
      case 'restart':
        await this.restart(step);
        break;
    }
    await desk.settle();
  }

  /** Lets every job go through. */
  async calmDown(): Promise<void> {
    const { desk } = this;
    this.isCalm = true;
    await desk.pool.scaleTo(2);
    for (const { end } of this.running.splice(0)) end.resolve(undefined);
    for (let time = 0; time < 200 && (await this.unfinished()) > 0; time++) await desk.clock.advance(1_000);
    await desk.clock.advance(5_000);
  }

  async unfinished(): Promise<number> {
    const states = await Promise.all(this.ids.map((id) => this.desk.state(id)));
    return states.filter((state) => state !== 'completed').length;
  }

  /** How often each job was told to be completed. */
  get completions(): Record<string, number> {
    const counts: Record<string, number> = Object.fromEntries(this.ids.map((id) => [id, 0]));
    for (const { type, taskId } of this.desk.events) {
      if (type === 'completed') counts[taskId] = (counts[taskId] ?? 0) + 1;
    }
    return counts;
  }

  private trouble(
    { queue }: DeskBackend,
    name: 'claim' | 'extend',
    how: Extract<Step, { how: string }>['how'],
  ) {
    const { clock } = this.desk;
    queue.next(name, async (call: () => Promise<unknown>) => {
      if (how === 'refused') throw new BackendUnavailableError('memory', 'not-sent');
      const answer = await call();
      if (how === 'reply lost') throw new BackendUnavailableError('memory', 'unknown');
      const later = deferred();
      clock.setTimer(1_500, () => later.resolve(undefined));
      await later.promise;
      return answer as never;
    });
  }

  /** For longer than a lease bears. */
  private loseLeases({ queue }: DeskBackend): void {
    queue.each('extend', () => Promise.reject(new BackendUnavailableError('memory', 'not-sent')));
    this.desk.clock.setTimer(4_500, () => queue.each('extend', undefined));
  }

  private async restart({ drain, timeout }: { drain: boolean; timeout: number }): Promise<void> {
    const { desk } = this;
    const stopped = desk.pool.stop({ drain, timeout });
    await desk.clock.advance(8_000);
    await stopped;
    await desk.pool.start();
  }
}

describe('a pool to which anything can happen', () => {
  it('loses no job, completes none twice, never overfills its slots, and leaves nothing behind', async () => {
    const seed = Date.now();
    console.log(`pool: seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const ordeal = new Ordeal();
        const { desk } = ordeal;
        await desk.start();
        for (const step of taken) await ordeal.take(step);
        await ordeal.calmDown();
        expect(await ordeal.unfinished()).toBe(0);
        expect(Object.entries(ordeal.completions).filter(([, count]) => count > 1)).toEqual([]);
        expect(ordeal.mostAtOnce).toBeLessThanOrEqual(9);
        const { slots } = (desk.pool as unknown as { shift: { slots: { free: number; vacant: number } } })
          .shift;
        expect([desk.pool.stats().active, slots.free]).toEqual([0, slots.vacant]);
        await desk.pool.stop();
        desk.timeouts.stop();
        expect(desk.clock.timers).toBe(0);
      }),
      { seed, numRuns: 60 },
    );
  }, 120_000);
});
