import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import {
  BackgroundTaskManager,
  OnErrorPolicy,
  ScheduledWorker,
  type ScheduledWorkerOptions,
} from '../../../lib/background/index.js';
import { InvalidDurationError, InvalidOptionError, TasksClosedError } from '../../../lib/errors/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { Gate, settle } from '../../e2e/gate.js';
import { rejection } from '../rejection.js';
import { keepLog } from './logged.js';

class Beats extends ScheduledWorker {
  readonly clock = new ManualClock(0);
  readonly manager = new BackgroundTaskManager({ clock: this.clock });
  readonly at: number[] = [];
  signal: AbortSignal | undefined;
  body: (signal: AbortSignal) => Promise<void> | void = () => undefined;

  constructor(options?: ScheduledWorkerOptions) {
    super(options);
    this.manager.adopt(this);
  }

  runCycle(signal: AbortSignal): Promise<void> | void {
    this.at.push(this.clock.now());
    this.signal = signal;
    return this.body(signal);
  }
}

class Hourly extends Beats {
  override readonly interval = '1h';
  override readonly initialDelay = '5s';
}

const failing = () => {
  throw new Error('no connection');
};
const SECOND = 1_000;

describe('ScheduledWorker', () => {
  it('runs at once and every 60 s unless it is told otherwise', async () => {
    const worker = new Beats();
    worker.start();
    await worker.clock.advance(150 * SECOND);
    expect(worker.at).toEqual([0, 60_000, 120_000]);
    expect([worker.isRunning, worker.cycles, worker.failures]).toEqual([true, 3, 0]);
  });

  it('takes its settings from the fields of its class', async () => {
    const worker = new Hourly();
    worker.start();
    await worker.clock.advance(3_610 * SECOND);
    expect(worker.at).toEqual([5_000, 3_605_000]);
  });

  it('takes them from its constructor first', async () => {
    const worker = new Hourly({ interval: '10s', initialDelay: undefined });
    worker.start();
    await worker.clock.advance(20 * SECOND);
    expect(worker.at).toEqual([5_000, 15_000]);
  });

  it('counts the interval from the end of a cycle, so that no two run at once', async () => {
    const worker = new Beats({ interval: '1s' });
    const gate = new Gate();
    worker.body = () => gate.opened;
    worker.start();
    await worker.clock.advance(10 * SECOND);
    expect(worker.at).toEqual([0]);
    gate.open();
    await worker.clock.advance(SECOND);
    expect(worker.at).toEqual([0, 11_000]);
  });

  it('lengthens each wait by a random part of its jitter', async () => {
    const worker = new Beats({ interval: '10s', jitter: '5s' });
    worker.start();
    await worker.clock.advance(1_000 * SECOND);
    const waits = worker.at.map((moment, place) => moment - (worker.at[place - 1] ?? -10_000));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...waits)).toBeLessThan(15_000);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it('warns at a second start and does nothing', async () => {
    const log = keepLog();
    const worker = new Beats();
    worker.start();
    worker.start();
    await worker.clock.advance(60 * SECOND);
    expect(worker.at).toEqual([0, 60_000]);
    expect(log).toEqual(['warn: It is running already: this start does nothing.']);
  });

  it('has its running cycle tracked by its name', async () => {
    const worker = new Beats();
    const gate = new Gate();
    worker.body = () => gate.opened;
    worker.start();
    await worker.clock.advance(0);
    expect(worker.manager.pendingNames).toEqual(['Beats']);
    gate.open();
    await settle();
    expect(worker.manager.pendingCount).toBe(0);
  });

  it('runs in no context of who started it', async () => {
    const storage = new AsyncLocalStorage<string>();
    const worker = new Beats();
    const seen: unknown[] = [];
    worker.body = () => void seen.push(storage.getStore());
    storage.run('a request', () => worker.start());
    await worker.clock.advance(60 * SECOND);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('refuses settings that make no sense, all at once, and an option that does not exist', () => {
    const worker = new Beats({ interval: 0, jitter: 'much', onErrorPolicy: 'panic' as OnErrorPolicy });
    expect(() => worker.start()).toThrow(InvalidOptionError);
    expect(() => worker.start()).toThrow(
      /Beats\.jitter.*\n.*Beats\.interval: must be at least 1 ms\n.*Beats\.onErrorPolicy: must be log-and-continue/,
    );
    expect(() => new Beats({ intervall: '1s' } as object)).toThrow(/intervall: is not an option/);
    expect(worker.isRunning).toBe(false);
  });
});

describe('a cycle that throws', () => {
  it('is logged, and the next comes after the usual interval', async () => {
    const log = keepLog();
    const worker = new Beats({ interval: '10s' });
    worker.body = failing;
    worker.start();
    await worker.clock.advance(25 * SECOND);
    expect(worker.at).toEqual([0, 10_000, 20_000]);
    expect([worker.cycles, worker.failures]).toEqual([3, 3]);
    expect(log).toEqual(Array.from({ length: 3 }, () => 'error: A cycle failed: no connection'));
  });

  it('doubles the wait with BACKOFF, up to ten intervals, until one succeeds', async () => {
    keepLog();
    const worker = new Beats({ interval: '1s', onErrorPolicy: OnErrorPolicy.BACKOFF });
    worker.body = failing;
    worker.start();
    await worker.clock.advance(44 * SECOND);
    expect(worker.at).toEqual([0, 2_000, 6_000, 14_000, 24_000, 34_000, 44_000]);
    worker.body = () => undefined;
    await worker.clock.advance(12 * SECOND);
    expect(worker.at.slice(-3)).toEqual([54_000, 55_000, 56_000]);
  });

  it('is the last one with STOP', async () => {
    const log = keepLog();
    const worker = new Beats({ onErrorPolicy: OnErrorPolicy.STOP });
    worker.body = failing;
    worker.start();
    await worker.clock.advance(600 * SECOND);
    expect(worker.at).toEqual([0]);
    expect(worker.isRunning).toBe(false);
    expect(log).toEqual(['error: A cycle failed, and the worker has stopped: no connection']);
    expect(worker.clock.timers).toBe(0);
  });
});

describe('stopping a worker', () => {
  it('ends its waiting at once', async () => {
    const worker = new Beats();
    worker.start();
    await worker.clock.advance(30 * SECOND);
    await expect(worker.stop()).resolves.toBe(true);
    await worker.clock.advance(600 * SECOND);
    expect(worker.at).toEqual([0]);
    expect(worker.isRunning).toBe(false);
    expect(worker.clock.timers).toBe(0);
  });

  it('lets the cycle that runs finish within its grace', async () => {
    const worker = new Beats();
    const gate = new Gate();
    worker.body = () => gate.opened;
    worker.start();
    await worker.clock.advance(0);
    const stopped = worker.stop();
    await worker.clock.advance(1_999);
    expect(worker.signal?.aborted).toBe(false);
    gate.open();
    await expect(stopped).resolves.toBe(true);
    await worker.clock.advance(600 * SECOND);
    expect(worker.at).toHaveLength(1);
  });

  it('aborts its signal when the grace is over, and takes the answer for no failure', async () => {
    const log = keepLog();
    const worker = new Beats();
    worker.body = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    worker.start();
    await worker.clock.advance(0);
    const stopped = worker.stop();
    await worker.clock.advance(2_000);
    await expect(stopped).resolves.toBe(true);
    expect(worker.signal?.reason).toBeInstanceOf(TasksClosedError);
    expect([worker.failures, log]).toEqual([0, []]);
  });

  it('logs what a cycle throws otherwise while it ends', async () => {
    const log = keepLog();
    const worker = new Beats();
    worker.body = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('half deleted'))));
    worker.start();
    await worker.clock.advance(0);
    const stopped = worker.stop();
    await worker.clock.advance(2_000);
    await stopped;
    expect(log).toEqual(['error: A cycle failed: half deleted']);
  });

  it('says when a cycle does not stop, and never runs a second beside it', async () => {
    const worker = new Beats({ interval: '1s' });
    const gate = new Gate();
    worker.body = () => gate.opened;
    worker.start();
    await worker.clock.advance(0);
    const stopped = worker.stop('5s');
    await worker.clock.advance(6_000);
    await expect(stopped).resolves.toBe(false);
    await expect(worker.stop()).resolves.toBe(false);
    worker.start();
    await worker.clock.advance(10 * SECOND);
    expect(worker.at).toHaveLength(1);
    gate.open();
    await worker.clock.advance(SECOND);
    expect(worker.at).toEqual([0, 16_000, 17_000]);
  });

  it('is one, however often it is asked for, and can be undone by a start', async () => {
    const worker = new Beats();
    await expect(Promise.all([worker.stop(), worker.stop()])).resolves.toEqual([true, true]);
    worker.start();
    await worker.clock.advance(0);
    await worker.stop();
    worker.start();
    await worker.clock.advance(0);
    expect(worker.at).toEqual([0, 0]);
  });

  it('refuses a grace that is none, and goes on', async () => {
    const worker = new Beats();
    worker.start();
    expect(await rejection(Promise.resolve().then(() => worker.stop('soon')))).toBeInstanceOf(
      InvalidDurationError,
    );
    expect(worker.isRunning).toBe(true);
  });

  it('is what the shutdown of its manager comes to, too', async () => {
    const worker = new Beats();
    worker.body = (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    worker.start();
    await worker.clock.advance(0);
    await worker.manager.shutdown();
    expect(worker.signal?.aborted).toBe(true);
    await worker.clock.advance(600 * SECOND);
    expect(worker.at).toEqual([0]);
    expect(worker.isRunning).toBe(false);
    expect(() => worker.start()).toThrow(TasksClosedError);
  });

  it('works for one that was made by hand and has no application', async () => {
    const ran = new Gate();
    class Alone extends ScheduledWorker {
      runCycle(): void {
        ran.open();
      }
    }
    const worker = new Alone();
    worker.start();
    await ran.opened;
    await expect(worker.stop()).resolves.toBe(true);
  });
});
