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
  'starts the fence of a retried dead letter again',
  'says that a lost lease is held',
  'loses the checkpoint of a run that lost its lease',
  'tells nobody of an end',
  'tells of an end twice',
  'says that a second settlement was applied',
  'answers settlements in the wrong order',
  'enqueues what a late verdict brings',
  'says that a repeated id is new',
  'hands out the last first',
  'hands a recovered job out at the second claim',
  'forgets a pause when the queue is declared again',
  'goes by the first declaration',
  'gives every key the same concurrency',
  'counts a retry as pending',
  'does not say that it is paused',
  'says that it removed a running job',
  'makes a move that the state table does not have',
  'has nothing to say to who takes nothing',
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
  'ignores the rate of keys',
  'counts the rate of keys when jobs are claimed',
  'never lets a parked job in',
  'gives every key the same rate',
  'has no fair shares',
  'ignores weights',
  'lets one key starve',
  'gives fair places when jobs are claimed',
  'gives fair places when jobs are enqueued',
  'loses a signal that comes early',
  'loses a signal to a running job',
  'wakes a job by a signal of another name',
  'keeps the first value of a signal',
  'forgets which codec wrote a signal',
  'ends every wait by the same signal',
  'ignores its size',
  'lets its counts drift',
  'replays a dead letter twice',
];

describe('the model', () => {
  beforeAll(() => {
    vi.stubEnv('TASKS_TEST_RUNS', '1000');
    // Shrinking is for people: here it is enough that something was found.
    configureGlobal({ endOnFailure: true });
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    resetConfigureGlobal();
  });

  it.each(FOUND_BY_MODEL)(
    'finds a backend that %s',
    async (name) => {
      const flaw = FLAWS.find((one) => one.name === name);
      if (flaw === undefined) throw new Error(`There is no such flaw: ${name}.`);
      const runner = new TinyRunner();
      testTaskBackendModel(runner, { ...memoryHarness(name, flaw.wrap), seed: SEED }, fc);
      const [outcome] = await runner.run();
      expect(outcome?.error).toBeInstanceOf(Error);
      expect(String(outcome?.error)).toContain('Property failed');
    },
    300_000,
  );

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
