import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lib/contract/index.js';
import { RunLog, SLOT } from '../../../lib/dashboard/run-log.js';
import type { ProbedRun } from '../../../lib/events/index.js';

const BOUNDS = { maxTasks: 2, history: 3, slots: 4 };
const FAILED: Outcome = { kind: 'failed', error: { name: 'Error', message: 'kept elsewhere' } };

/** What a process has run, at moments of the test's own. */
function aLog() {
  let now = 0;
  let serial = 0;
  const log = new RunLog(BOUNDS, () => now);
  const settle = (outcome: Outcome, own: Partial<ProbedRun> = {}, name = 'send'): string => {
    const id = String(++serial);
    const run = { job: { id, name, queue: 'mails' }, workerId: 'w', attempt: 1, startedAt: now, duration: 5 };
    log.settled({ ...run, hasBegun: true, error: undefined, ...own } as unknown as ProbedRun, outcome);
    return id;
  };
  const fail = (message: string): string => settle(FAILED, { error: new TypeError(message) });
  return { log, settle, fail, pass: (ms: number) => void (now += ms) };
}

describe('What a process remembers of its runs', () => {
  it('is a hundred groups of errors: the one that was seen longest ago goes', () => {
    const { log, fail } = aLog();
    const letters = (n: number): string => String.fromCharCode(97 + (n % 26)).repeat(1 + Math.floor(n / 26));
    for (let n = 0; n < 100; n++) fail(letters(n));
    fail(letters(0));
    fail('one too many');
    const messages = log.errors.map(({ message }) => message);
    expect(messages).toHaveLength(100);
    expect(messages).toContain(letters(0));
    expect(messages).not.toContain(letters(1));
  });

  it('is one group for errors that differ in numbers and ids alone, with the moments of the first and the last', () => {
    const { log, fail, pass } = aLog();
    fail('no order 4711 of 0199c0de-7a52-7000-8000-000000000000');
    pass(10);
    const last = fail('no order 12 of 0199c0de-7a52-7000-8000-00000000beef');
    expect(log.errors).toEqual([
      {
        task: 'send',
        name: 'TypeError',
        message: 'no order # of #',
        count: 2,
        firstAt: 0,
        lastAt: 10,
        lastJobId: last,
      },
    ]);
  });

  it('is 300 letters of a message', () => {
    const { log, fail } = aLog();
    fail('x'.repeat(5_000));
    expect(log.records[0]?.error?.message).toBe('x'.repeat(300));
    expect(log.errors[0]?.message).toBe('x'.repeat(300));
  });

  it('is fewer than twice the runs that are kept, however many there were', () => {
    const { log, settle } = aLog();
    const kept: number[] = [];
    let last = '';
    for (let n = 0; n < 50; n++) {
      last = settle({ kind: 'completed' });
      kept.push(log.records.length);
    }
    expect(Math.max(...kept)).toBeLessThan(2 * BOUNDS.history);
    expect(log.records.at(-1)?.jobId).toBe(last);
  });

  it('is so many minutes where they cannot be written, and so many tasks in each', () => {
    const { log, settle, pass } = aLog();
    for (let minute = 0; minute < 20; minute++) {
      for (const task of ['a', 'b', 'c', 'd']) settle({ kind: 'completed' }, {}, task);
      pass(SLOT);
    }
    const minutes = log.minutes();
    expect(minutes.map(([minute]) => minute)).toEqual([15, 16, 17, 18, 19]);
    expect(minutes.map(([, tasks]) => Object.keys(tasks))).toEqual(minutes.map(() => ['a', 'b', '_other']));
  });

  it('is nothing of a run that never began', () => {
    const { log, settle } = aLog();
    settle({ kind: 'released', countAttempt: false }, { hasBegun: false });
    expect([log.records, log.minutes()]).toEqual([[], []]);
  });
});
