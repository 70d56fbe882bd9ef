import { describe, expect, it, onTestFinished } from 'vitest';
import { BackgroundTaskManager } from '../../../lib/background/index.js';
import { InvalidDurationError, TasksClosedError } from '../../../lib/errors/index.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { rejection } from '../rejection.js';
import { Gate, settle } from '../../e2e/gate.js';
import { keepLog } from './logged.js';

/** Work that ends when its signal is aborted, as it should. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

/** What Node would end the process for. */
function unhandledRejections(): unknown[] {
  const seen: unknown[] = [];
  const note = (reason: unknown) => void seen.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return seen;
}

describe('BackgroundTaskManager', () => {
  it('gives what the work gives, of a promise and of a function', async () => {
    const manager = new BackgroundTaskManager();
    await expect(manager.track(Promise.resolve(1))).resolves.toBe(1);
    await expect(manager.track(() => Promise.resolve(2))).resolves.toBe(2);
    await expect(manager.track(() => 3)).resolves.toBe(3);
  });

  it('calls a function at once, with a signal of its own', () => {
    const manager = new BackgroundTaskManager();
    const signals: AbortSignal[] = [];
    void manager.track((signal) => void signals.push(signal));
    void manager.track((signal) => void signals.push(signal));
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(signals[0]).not.toBe(signals[1]);
  });

  it('counts and names what has not ended', async () => {
    const manager = new BackgroundTaskManager();
    const gate = new Gate();
    async function warm() {
      await gate.opened;
    }
    void manager.track(warm);
    void manager.trackNamed('flush', gate.opened);
    void manager.trackNamed('flush', gate.opened);
    void manager.track(gate.opened);
    expect(manager.pendingCount).toBe(4);
    expect(manager.pendingNames).toEqual(['warm', 'flush (2)', 'background work']);
    gate.open();
    await settle();
    expect(manager.pendingCount).toBe(0);
    expect(manager.pendingNames).toEqual([]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('disk full'))],
    [
      'throws at once',
      () => {
        throw new Error('disk full');
      },
    ],
  ])('logs what a function %s, unhandled by nobody, and tells it', async (_how, work) => {
    const log = keepLog();
    const unhandled = unhandledRejections();
    const manager = new BackgroundTaskManager();
    void manager.trackNamed('flush', work);
    await settle();
    expect(log).toEqual(['error: flush failed: disk full']);
    expect(unhandled).toEqual([]);
    await expect(manager.trackNamed('flush', work)).rejects.toThrow('disk full');
  });

  it('logs a promise that rejects with what is no error', async () => {
    const log = keepLog();
    const hostile = Object.defineProperty({}, 'message', { get: () => expect.unreachable() });
    const manager = new BackgroundTaskManager();
    for (const thrown of [undefined, 'no', hostile]) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- What libraries reject with is not always an error.
      await rejection(manager.trackNamed('flush', Promise.reject(thrown)));
    }
    expect(log).toHaveLength(3);
  });

  it('follows a thenable of another library', async () => {
    const manager = new BackgroundTaskManager();
    const thenable = { then: (done: (value: number) => void) => void setImmediate(() => done(7)) };
    await expect(manager.track(thenable as unknown as PromiseLike<number>)).resolves.toBe(7);
    expect(manager.pendingCount).toBe(0);
  });
});

describe('its shutdown', () => {
  it('has nothing to wait for when nothing runs', async () => {
    const clock = new ManualClock();
    const manager = new BackgroundTaskManager({ clock });
    await manager.shutdown();
    expect(clock.timers).toBe(0);
    expect(manager.isClosed).toBe(true);
    expect(manager.signal.aborted).toBe(true);
  });

  it('aborts every signal before it waits, and takes the answer for no error', async () => {
    const log = keepLog();
    const manager = new BackgroundTaskManager({ clock: new ManualClock() });
    const own = rejection(manager.track(untilAborted));
    const shared = rejection(manager.track(untilAborted(manager.signal)));
    const fetchLike = rejection(
      manager.track(async (signal) => {
        await untilAborted(signal).catch(() => undefined);
        throw new DOMException('This operation was aborted', 'AbortError');
      }),
    );
    await manager.shutdown();
    expect(await own).toBeInstanceOf(TasksClosedError);
    expect(await shared).toBe(manager.signal.reason);
    expect(await fetchLike).toMatchObject({ name: 'AbortError' });
    expect(log).toEqual([]);
  });

  it('logs what fails otherwise while it ends', async () => {
    const log = keepLog();
    const manager = new BackgroundTaskManager({ clock: new ManualClock() });
    void manager.trackNamed('flush', async (signal) => {
      await untilAborted(signal).catch(() => undefined);
      throw new Error('half written');
    });
    await manager.shutdown();
    expect(log).toEqual(['error: flush failed: half written']);
  });

  it('waits 30 s for all together, names what did not stop, and does not reject', async () => {
    const log = keepLog();
    const clock = new ManualClock();
    const manager = new BackgroundTaskManager({ clock });
    void manager.trackNamed('deaf', new Promise(() => {}));
    void manager.trackNamed('deaf', new Promise(() => {}));
    void manager.trackNamed('quick', untilAborted).catch(() => undefined);
    void manager.trackNamed('numb', () => new Promise(() => {}));
    let ended = false;
    const shutdown = manager.shutdown().then(() => (ended = true));
    await clock.advance(29_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    await shutdown;
    expect(log).toEqual(['warn: 3 did not stop within 30000 ms and are left behind: deaf (2), numb']);
    expect(clock.timers).toBe(0);
  });

  it('waits as long as it is told, or as its options say', async () => {
    const clock = new ManualClock();
    const log = keepLog();
    const told = new BackgroundTaskManager({ clock, shutdownTimeout: '1h' });
    void told.trackNamed('deaf', new Promise(() => {}));
    const first = told.shutdown('5s');
    await clock.advance(5_000);
    await first;
    const set = new BackgroundTaskManager({ clock, shutdownTimeout: '7s' });
    void set.trackNamed('deaf', new Promise(() => {}));
    const second = set.shutdown();
    await clock.advance(7_000);
    await second;
    expect(log.map((line) => /within (\d+) ms/.exec(line)?.[1])).toEqual(['5000', '7000']);
  });

  it('waits also for what is tracked while it waits', async () => {
    const clock = new ManualClock();
    const manager = new BackgroundTaskManager({ clock });
    const [first, second] = [new Gate(), new Gate()];
    void manager.track(first.opened);
    let ended = false;
    const shutdown = manager.shutdown().then(() => (ended = true));
    void manager.track(second.opened);
    first.open();
    await settle();
    expect(ended).toBe(false);
    second.open();
    await shutdown;
    expect(manager.pendingCount).toBe(0);
  });

  it('is one, however often it is called', async () => {
    const clock = new ManualClock();
    const log = keepLog();
    const manager = new BackgroundTaskManager({ clock });
    void manager.trackNamed('deaf', new Promise(() => {}));
    const both = Promise.all([manager.shutdown('1s'), manager.shutdown('1h')]);
    await clock.advance(1_000);
    await both;
    await manager.shutdown();
    expect(log).toHaveLength(1);
  });

  it('lets no function begin any more, and says so', async () => {
    const log = keepLog();
    const manager = new BackgroundTaskManager({ clock: new ManualClock() });
    await manager.shutdown();
    let called = false;
    const refused = await rejection(manager.trackNamed('late', () => void (called = true)));
    expect(refused).toBeInstanceOf(TasksClosedError);
    expect(called).toBe(false);
    expect(log).toEqual(['error: late failed: The application is shutting down.']);
  });

  it('refuses a time that is none, and goes on', async () => {
    const manager = new BackgroundTaskManager({ clock: new ManualClock() });
    expect(await rejection(manager.shutdown('soon'))).toBeInstanceOf(InvalidDurationError);
    expect(manager.isClosed).toBe(false);
    await expect(manager.track(() => 'still here')).resolves.toBe('still here');
  });
});
