import fc, { configureGlobal, resetConfigureGlobal } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testTaskBackendModel } from 'nestjs-tasks/testing';
import { FLAWS } from '../contract/broken/index.js';
import { memoryHarness } from '../contract/memory-harness.js';
import { TinyRunner } from '../contract/tiny-runner.js';

/** What the model must find without being told where to look. The seed is fixed: this proves the model, not luck. */
const SEED = 4711;

const FOUND_BY_MODEL = [
  'has no fence',
  'applies a verdict that comes too late',
  'writes progress of a worker that lost the job',
  'never lets a lease run out',
  'hands a job to two workers',
  'lets a job stall for ever',
  'counts no attempt that is retried',
  'counts an attempt that was given back',
  'loses results',
  'loses idempotency keys',
  'forgets an idempotency key when its job completes',
  'keeps the first where it should replace',
  'throttles only while the job is unfinished',
  'orders by clock instead of sequence',
  'puts a released job at the end',
  'ignores backoff',
  'looks for due jobs every five seconds',
  'does not release dependents',
  'waits for the first of several parents alone',
  'loses the delay of a dependent',
  'runs a job whose dependency failed',
  'does not reopen dependents',
  'ignores the cancel of a running job',
  'lets jobs through a pause',
  'counts a rate in windows of the wall clock',
  'runs one more than its concurrency',
  'ignores the concurrency of keys',
  'ignores its size',
  'lets its counts drift',
  'replays a dead letter twice',
];

describe('the model', () => {
  beforeAll(() => {
    vi.stubEnv('TASKS_TEST_RUNS', '200');
    // Shrinking is for people: here it is enough that something was found.
    configureGlobal({ endOnFailure: true });
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    resetConfigureGlobal();
  });

  it.each(FOUND_BY_MODEL)('finds a backend that %s', async (name) => {
    const flaw = FLAWS.find((one) => one.name === name);
    if (flaw === undefined) throw new Error(`There is no such flaw: ${name}.`);
    const runner = new TinyRunner();
    testTaskBackendModel(runner, { ...memoryHarness(name, flaw.wrap), seed: SEED }, fc);
    const [outcome] = await runner.run();
    expect(outcome?.error).toBeInstanceOf(Error);
    expect(String(outcome?.error)).toContain('Property failed');
  });

  it('says how to play a failure again', async () => {
    const [flaw] = FLAWS;
    const runner = new TinyRunner();
    testTaskBackendModel(runner, { ...memoryHarness('broken', flaw?.wrap), seed: SEED }, fc);
    const [outcome] = await runner.run();
    expect(outcome?.topic).toContain(`seed ${SEED}`);
    expect(String(outcome?.error)).toContain(`seed: ${SEED}`);
    expect(String(outcome?.error)).toContain('Counterexample: [');
  });
});
