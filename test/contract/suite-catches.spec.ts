import { describe, expect, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { FLAWS } from './broken/index.js';
import { memoryHarness, type Wrap } from './memory-harness.js';
import { type TestOutcome, TinyRunner } from './tiny-runner.js';

/** Runs the suite, or one topic of it, on what is made of the memory backend. */
function outcomes(wrap?: Wrap, topic?: string): Promise<TestOutcome[]> {
  const runner = new TinyRunner(topic);
  testTaskBackend(runner, memoryHarness('memory', wrap));
  return runner.run();
}

const failed = (all: readonly TestOutcome[]): string[] =>
  all
    .filter(({ error }) => error !== undefined)
    .map(({ topic, name, error }) => `${topic}: ${name}\n${String(error)}`);

describe('the contract suite', () => {
  it('passes the sound memory backend, under a runner of forty lines', async () => {
    const all = await outcomes();
    expect(failed(all)).toEqual([]);
    expect(all.length).toBeGreaterThan(300);
  });

  it.each(FLAWS)('catches a backend that $name, in "$caughtBy"', async ({ wrap, caughtBy }) => {
    const all = await outcomes(wrap, caughtBy);
    expect(all.length, 'tests of the topic').toBeGreaterThan(0);
    expect(failed(all), 'tests that fail').not.toEqual([]);
  });
});
