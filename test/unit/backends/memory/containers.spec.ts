import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  JOB_STATES,
  type ClaimedJob,
  type JobRef,
  type NewJob,
  type Outcome,
  type QueueDefinition,
} from '../../../../lib/contract/index.js';
import { MemoryQueueBackend } from '../../../../lib/backends/index.js';
import type { MemoryStore } from '../../../../lib/backends/memory/memory-store.js';
import { ManualClock } from '../../../../lib/testing/manual-clock.js';
import { aNewJob, seed } from './an-entry.js';
import { disorderOf } from './containers.js';

const LANES = ['one', 'two'];
const ref = fc.record({ queue: fc.constantFrom(...LANES), id: fc.nat(9).map(String) });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const key = fc.constantFrom('a', 'b');

const job: fc.Arbitrary<NewJob> = fc
  .record({
    ref,
    priority: fc.constantFrom(0, 5, 20),
    maxRetries: fc.nat(2),
    maxStalled: fc.nat(3),
    delay: maybe(fc.nat(800)),
    key: maybe(key),
    idempotency: maybe(fc.record({ key, ttl: fc.nat(2_000) })),
    unique: maybe(
      fc.oneof(
        fc.record({ mode: fc.constantFrom('keep-first' as const, 'replace' as const), key }),
        fc.record({ mode: fc.constant('throttle' as const), key, window: fc.nat(900) }),
        fc.record({ mode: fc.constant('debounce' as const), key, window: fc.nat(400), maxWait: fc.nat(900) }),
      ),
    ),
    dependsOn: maybe(
      fc.record({
        jobs: fc.array(ref, { minLength: 1, maxLength: 3 }),
        onFailure: fc.constantFrom('fail' as const, 'fail' as const, 'continue' as const, 'ignore' as const),
      }),
    ),
    external: fc.boolean().map((yes) => yes || undefined),
    repeat: fc.boolean(),
  })
  .map(({ ref: at, ...words }) => aNewJob({ ...words, ...at }));

const error = { name: 'Error', message: 'broke' };
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: 'completed' as const, result: '1' }),
  fc.constant({ kind: 'failed' as const, error }),
  fc.constant({ kind: 'cancelled' as const, reason: 'by hand' }),
  fc.record({
    kind: fc.constant('retry' as const),
    in: fc.constantFrom(0, 300),
    error: fc.constant(error),
    countAttempt: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('released' as const),
    in: maybe(fc.nat(500)),
    countAttempt: fc.boolean(),
    awaits: maybe(fc.constantFrom('x', 'y')),
  }),
);

const definition: fc.Arbitrary<Omit<QueueDefinition, 'name'>> = fc
  .record({
    maxSize: maybe(fc.integer({ min: 3, max: 20 })),
    concurrency: maybe(fc.integer({ min: 1, max: 4 })),
    rateLimit: maybe(fc.record({ limit: fc.integer({ min: 1, max: 4 }), per: fc.constant(500) })),
    perKey: maybe(
      fc.oneof(
        fc.record({ concurrency: fc.integer({ min: 1, max: 2 }) }),
        fc.record({ rateLimit: fc.record({ limit: fc.integer({ min: 1, max: 2 }), per: fc.constant(300) }) }),
        fc.record({ concurrency: fc.constant(1), rateLimit: fc.constant({ limit: 2, per: 300 }) }),
      ),
    ),
    retention: fc.record({
      completedTtl: fc.constantFrom(300, 60_000),
      completedMax: fc.nat(6),
      failedMax: fc.nat(6),
    }),
  })
  .map((words) => Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('enqueue' as const),
      jobs: fc.array(job, { maxLength: 4 }),
      atomic: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      queue: fc.nat(1),
      limit: fc.nat(4),
      settle: fc.array(fc.record({ at: fc.nat(), outcome }), { maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 100, 400, 1_100) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('claimNamed' as const), ref }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'cancel' as const,
        'remove' as const,
        'retryDead' as const,
        'retryDead' as const,
        'signal' as const,
      ),
      ref,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clear' as const),
      queue: fc.nat(1),
      state: fc.constantFrom(...JOB_STATES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('declare' as const), queue: fc.nat(1), definition }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Play {
  readonly clock = new ManualClock();
  readonly backend = new MemoryQueueBackend({ clock: this.clock });
  private readonly hands: ClaimedJob[] = [];

  async take(one: Step): Promise<unknown> {
    const { backend } = this;
    switch (one.kind) {
      case 'enqueue':
        return backend.enqueue(one.jobs, { atomic: one.atomic });
      case 'claim':
        return this.claim({ queue: LANES[one.queue] as string, limit: one.limit }, one.settle);
      case 'claimNamed':
        return this.claim({ queue: one.ref.queue, limit: 1, ids: [one.ref.id] }, []);
      case 'pass':
        return this.clock.advance(one.ms);
      case 'cancel':
        return backend.cancel([one.ref], 'by hand');
      case 'remove':
        return backend.remove([one.ref]);
      case 'retryDead':
        return backend.retryDead([one.ref]);
      case 'signal':
        return backend.signal(one.ref, 'x', { payload: '1', codec: 'json' });
      case 'clear':
        return backend.clear(LANES[one.queue] as string, [one.state]);
      case 'declare':
        return backend.declare([{ ...one.definition, name: LANES[one.queue] as string }]);
    }
  }

  private async claim(
    take: { queue: string; limit: number; ids?: string[] },
    settle: readonly { at: number; outcome: Outcome }[],
  ): Promise<void> {
    const settlements = settle.flatMap(({ at, outcome }) => {
      const held = this.hands[at % Math.max(1, this.hands.length)];
      return held === undefined ? [] : [{ receipt: held.receipt, outcome }];
    });
    const { jobs } = await this.backend.claim({
      worker: 'w',
      lease: 1_000,
      take: [take],
      settle: settlements,
    });
    this.hands.push(...jobs);
  }

  disorder(): string[] {
    const { store } = this.backend as unknown as { store: MemoryStore };
    return [...store.all()].flatMap(disorderOf);
  }

  /** Ends everything that can be ended, so that nothing may be left but what is dead. */
  async finish(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await this.clock.advance(60_000);
      await this.backend.recover();
      const refs: JobRef[] = [];
      for (const queue of LANES) {
        await this.backend.clear(queue, JOB_STATES);
        refs.push(...(await this.backend.find({ queue })).items);
      }
      if (refs.length === 0) return;
    }
  }
}

describe('the containers of a queue', () => {
  it(`hold each job where its state says, whatever happens (seed ${seed})`, { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
        const play = new Play();
        for (const one of steps) {
          await play.take(one);
          expect(play.disorder()).toEqual([]);
        }
        await play.finish();
        expect(play.disorder()).toEqual([]);
        expect((await play.backend.find({ queue: 'one' })).items).toEqual([]);
      }),
      { seed, numRuns: Number(process.env['TASKS_TEST_RUNS'] ?? 300) },
    );
  });
});
