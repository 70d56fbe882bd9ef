import { beforeEach, describe, expect, it } from 'vitest';
import type { Progress, Receipt, RunNote, Verdict } from '../../../lib/contract/index.js';
import { LeaseLostError } from '../../../lib/errors/index.js';
import { ProgressReporter } from '../../../lib/execution/progress-reporter.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { deferred } from '../middleware/a-context.js';

const at = (current: number): Progress => ({ current, total: 100 });

describe('ProgressReporter', () => {
  let clock: ManualClock;
  let written: number[];
  let lost: Error[];
  let answer: () => Promise<Verdict>;
  let reporter: ProgressReporter;

  beforeEach(() => {
    clock = new ManualClock(0);
    written = [];
    lost = [];
    answer = () => Promise.resolve('applied');
    const recorder = {
      record: ({ progress }: RunNote) => {
        if (progress !== undefined) written.push(progress.current);
        return answer();
      },
    };
    reporter = new ProgressReporter(recorder, {} as Receipt, 'job-1', clock, (error) => lost.push(error));
  });

  it('writes the first report at once', async () => {
    await reporter.report(at(1));
    expect(written).toEqual([1]);
    expect(clock.timers).toBe(0);
  });

  it('writes at most ten times a second, each time the latest', async () => {
    for (let current = 1; current <= 1_000; current++) {
      await reporter.report(at(current));
      await clock.advance(1);
    }
    await clock.advance(1_000);
    expect(written.length).toBeLessThanOrEqual(11);
    expect(written.at(-1)).toBe(1_000);
    expect(written).toEqual(written.toSorted((one, other) => one - other));
  });

  it('writes what came meanwhile when the time has come', async () => {
    await reporter.report(at(1));
    await reporter.report(at(2));
    await reporter.report(at(3));
    expect(written).toEqual([1]);
    await clock.advance(100);
    expect(written).toEqual([1, 3]);
  });

  it('hands over what is not written when the run is over, and lets go of its timer', async () => {
    await reporter.report(at(1));
    await reporter.report(at(2));
    expect(reporter.close()).toEqual(at(2));
    expect(clock.timers).toBe(0);
    await clock.advance(1_000);
    expect(written).toEqual([1]);
  });

  it('hands over nothing when all is written', async () => {
    await reporter.report(at(1));
    expect(reporter.close()).toBeUndefined();
  });

  it('hands over what a write under way has not confirmed', () => {
    answer = () => deferred<Verdict>().promise;
    void reporter.report(at(1));
    expect(reporter.close()).toEqual(at(1));
  });

  it('has one write under way at a time, so that they arrive in order', async () => {
    const first = deferred<Verdict>();
    answer = () => first.promise;
    void reporter.report(at(1));
    await clock.advance(500);
    await reporter.report(at(2));
    await clock.advance(500);
    expect(written).toEqual([1]);
    answer = () => Promise.resolve('applied');
    first.resolve('applied');
    await clock.advance(100);
    expect(written).toEqual([1, 2]);
  });

  it('survives broker trouble, and keeps the report for the next write or the end', async () => {
    answer = () => Promise.reject(new Error('down'));
    await reporter.report(at(1));
    expect(clock.timers).toBe(0);
    expect(reporter.close()).toEqual(at(1));
  });

  it('never lets an older report that could not be written follow a newer one', async () => {
    answer = () => Promise.reject(new Error('down'));
    await reporter.report(at(1));
    await clock.advance(100);
    answer = () => Promise.resolve('applied');
    await reporter.report(at(2));
    expect(written).toEqual([1, 2]);
    expect(reporter.close()).toBeUndefined();
  });

  it('keeps the newer of two when a write fails with another report waiting', async () => {
    const first = deferred<Verdict>();
    answer = () => first.promise;
    void reporter.report(at(1));
    await reporter.report(at(2));
    first.reject(new Error('down'));
    await clock.advance(0);
    expect(reporter.close()).toEqual(at(2));
  });

  it.each(['stale', 'unknown', 'already-applied'] as const)(
    'tells of a lost lease when the answer is %s',
    async (verdict) => {
      answer = () => Promise.resolve(verdict);
      await reporter.report(at(1));
      expect(lost).toEqual([new LeaseLostError('job-1')]);
    },
  );

  it('tells nobody of a late answer to a run that is over', async () => {
    const first = deferred<Verdict>();
    answer = () => first.promise;
    void reporter.report(at(1));
    reporter.close();
    first.resolve('already-applied');
    await clock.advance(0);
    expect(lost).toEqual([]);
  });

  it('takes no report after the end', async () => {
    reporter.close();
    await reporter.report(at(1));
    expect([written, clock.timers]).toEqual([[], 0]);
  });

  it('survives a recorder that throws outside of a promise', async () => {
    answer = () => {
      throw new Error('down');
    };
    await reporter.report(at(1));
    expect(reporter.close()).toEqual(at(1));
  });
});
