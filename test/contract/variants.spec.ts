import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryBackend } from '../../lib/backends/memory/index.js';
import {
  type Feature,
  FEATURES,
  type QueueBackend,
  systemClock,
  type TaskBackend,
} from '../../lib/contract/index.js';
import { type BackendHarness, ManualClock, testTaskBackend } from '../../lib/testing/index.js';
import { memoryHarness } from './memory-harness.js';
import { type TestOutcome, TinyRunner } from './tiny-runner.js';
import { anotherClient, firstClient } from './variants/fleet-of-memory.js';
import { MemoryWithTransactions } from './variants/memory-with-transactions.js';
import { MemoryWithout } from './variants/memory-without.js';

function run(harness: BackendHarness, topic?: string): Promise<TestOutcome[]> {
  const runner = new TinyRunner(topic);
  testTaskBackend(runner, harness);
  return runner.run();
}

const failures = (all: readonly TestOutcome[]): string[] =>
  all
    .filter(({ error }) => error !== undefined)
    .map(({ topic, name, error }) => `${topic}: ${name}\n${String(error)}`);

const OPTIONAL = FEATURES.filter((feature) => feature !== 'transactions');

/** Memory without features, which says so, or keeps it to itself. */
function without(missing: readonly Feature[], says: readonly Feature[] = missing): BackendHarness {
  const wrap = ({ queue, state }: TaskBackend) => ({ queue: new MemoryWithout(queue, missing), state });
  return {
    ...memoryHarness(`memory without ${missing.join(', ')}`, wrap),
    unsupported: ['transactions', ...says],
  };
}

describe('a backend that cannot do everything', () => {
  it.each(OPTIONAL)('passes without %s when it says so and refuses it', async (feature) => {
    expect(failures(await run(without([feature])))).toEqual([]);
  });

  it('passes with none of the features', async () => {
    const all = await run(without(OPTIONAL));
    expect(failures(all)).toEqual([]);
    expect(all.filter(({ topic }) => topic === 'what is not supported')).toHaveLength(FEATURES.length);
  });

  it.each(OPTIONAL)('fails when it has no %s and its harness does not say so', async (feature) => {
    const caught = failures(await run(without([feature], []), 'opening and closing'));
    expect(caught.join()).toContain('has the features and the scope that its harness says');
  });

  it.each(OPTIONAL)('fails when it does %s that it says it cannot do', async (feature) => {
    const all = await run({ ...memoryHarness(), unsupported: [feature] }, 'what is not supported');
    expect(failures(all).join()).toContain(`refuses what needs ${feature}`);
  });
});

describe('a backend with transactions', () => {
  const clock = new ManualClock();
  const make = (wrap: (queue: QueueBackend) => MemoryWithTransactions): BackendHarness => ({
    name: 'memory with transactions',
    create: async () => {
      const sound = createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock });
      const queue = wrap(sound.queue);
      return {
        backend: { queue, state: sound.state },
        advance: (ms) => clock.advance(ms),
        begin: async () => queue.begin(),
      };
    },
  });

  it('passes the whole suite when they hold', async () => {
    const all = await run(make((queue) => new MemoryWithTransactions(queue)));
    expect(failures(all)).toEqual([]);
    expect(all.filter(({ topic }) => topic === 'transactions').length).toBeGreaterThan(4);
  });

  it('fails when a job is seen before the commit', async () => {
    class Early extends MemoryWithTransactions {
      override enqueue(...[jobs]: Parameters<QueueBackend['enqueue']>) {
        return super.enqueue(jobs);
      }
    }
    expect(
      failures(
        await run(
          make((queue) => new Early(queue)),
          'transactions',
        ),
      ),
    ).not.toEqual([]);
  });

  it('fails when a rollback commits', async () => {
    class Committed extends MemoryWithTransactions {
      override begin() {
        const { tx, commit } = super.begin();
        return { tx, commit, rollback: commit };
      }
    }
    expect(
      failures(
        await run(
          make((queue) => new Committed(queue)),
          'transactions',
        ),
      ),
    ).not.toEqual([]);
  });
});

describe('a backend of several processes', () => {
  const make = (second: (sound: TaskBackend, clock: ManualClock) => TaskBackend): BackendHarness => ({
    name: 'a fleet of memory',
    unsupported: ['transactions'],
    scope: 'fleet',
    create: async () => {
      const clock = new ManualClock();
      const sound = createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock });
      return {
        backend: firstClient(sound),
        advance: (ms) => clock.advance(ms),
        connect: async () => second(sound, clock),
      };
    },
  });

  it('passes when its clients share a store', async () => {
    const all = await run(make(anotherClient));
    expect(failures(all)).toEqual([]);
    expect(all.filter(({ topic }) => topic === 'several processes').length).toBeGreaterThan(8);
  });

  it('fails when each has a store of its own', async () => {
    const apart = (_: TaskBackend, clock: ManualClock) =>
      createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock });
    expect(failures(await run(make(apart), 'several processes')).length).toBeGreaterThan(8);
  });

  it('fails when its harness does not say so', async () => {
    const { scope: _, ...silent } = make(anotherClient);
    expect(failures(await run(silent, 'opening and closing'))).not.toEqual([]);
  });
});

describe('a backend whose time is real', () => {
  const harness: BackendHarness = {
    name: 'memory in real time',
    unsupported: ['transactions'],
    realTime: true,
    create: async () => ({
      backend: createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock: systemClock }),
    }),
  };

  // The others wait as well, a minute in all.
  const topics =
    process.env['TASKS_TEST_LONG'] === '1'
      ? [undefined]
      : ['delays', 'extend', 'rate limit of a queue', 'state: rate limiter', 'subscribe'];

  it.concurrent.each(topics)(
    'passes while the suite waits for it: %s',
    async (topic) => {
      expect(failures(await run(harness, topic))).toEqual([]);
    },
    300_000,
  );

  it('shows the tests of hours and days as skipped', () => {
    const runner = new TinyRunner();
    testTaskBackend(runner, harness);
    expect(runner.skipped.length).toBeGreaterThan(3);
    expect(runner.skipped.join()).toContain(
      'hands out a job that was delayed by thirty days, in time (2592000 s',
    );
  });

  it('fails when its harness says something else', async () => {
    const { realTime: _, ...silent } = harness;
    await expect(run(silent)).rejects.toThrow('`advance` or `realTime`');
  });
});

describe('a harness that brings fast-check', () => {
  it('has the model played as well', async () => {
    vi.stubEnv('TASKS_TEST_RUNS', '20');
    const all = await run({ ...memoryHarness(), fc, seed: 11 }, 'model of memory (seed 11, 20 runs)');
    vi.unstubAllEnvs();
    expect(all).toHaveLength(1);
    expect(failures(all)).toEqual([]);
  });
});
