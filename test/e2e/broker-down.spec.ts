import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import {
  BackendUnavailableError,
  InvalidBackendError,
  Task,
  TaskManager,
  type TaskContext,
  TasksModule,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../lib/backends/index.js';
import type { QueueBackend, StateBackend, TaskBackendFactory } from '../../lib/contract/index.js';
import { rejection } from '../unit/rejection.js';
import { Trouble } from '../unit/worker/trouble.js';
import { Gate, settle } from './gate.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const SECRET = 'hunter2';

/** A broker that can be away: nobody answers who opens it. */
class Broker {
  queue!: Trouble<QueueBackend>;
  state!: Trouble<StateBackend>;
  private readonly firstTry = new Gate();
  private answer: (open: () => Promise<void>) => Promise<void> = () => Promise.reject(refusedConnection());

  readonly factory: TaskBackendFactory = (options) => {
    const memory = createMemoryBackend({ ...options, url: undefined, state: undefined });
    this.queue = new Trouble(memory.queue);
    this.state = new Trouble(memory.state);
    this.queue.each('open', (open) => {
      this.firstTry.open();
      return this.answer(open);
    });
    return { queue: this.queue.target, state: this.state.target };
  };

  /** The boot has got as far as the broker, and has met its answer. */
  async asked(): Promise<void> {
    await this.firstTry.opened;
    await settle();
  }

  comeBack(): void {
    this.onOpen((open) => open());
  }

  refuseWith(error: Error): void {
    this.onOpen(() => Promise.reject(error));
  }

  onOpen(answer: (open: () => Promise<void>) => Promise<void>): void {
    this.answer = answer;
  }

  get tries(): number {
    return this.queue.count('open');
  }
}

function refusedConnection(): Error {
  const cause = Object.assign(new Error(`connect to redis://:${SECRET}@broker`), { code: 'ECONNREFUSED' });
  return new BackendUnavailableError('main', 'not-sent', { cause });
}

@Injectable()
class Tasks {
  @Task() greet(name: string) {
    return `Hello, ${name}`;
  }
}

/** An app on that broker, with a clock of the test's own. */
function away(connect: TasksModuleOptions['connect'], rest: TasksModuleOptions = {}) {
  const broker = new Broker();
  const clock = new ManualClock();
  const logger = new CapturingLogger();
  const options: TasksModuleOptions = {
    backendTypes: { down: broker.factory },
    backends: [{ name: 'main', type: 'down' }],
    clock,
    connect,
    ...rest,
  };
  const start = (...providers: (new (...args: never[]) => unknown)[]) =>
    startApp({ imports: [TasksModule.forRoot(options)], providers: [Tasks, ...providers] }, { logger });
  const told = () => logger.filter({ context: 'TasksModule' }).map(({ message }) => String(message));
  return { broker, clock, start, told };
}

describe("A broker that is away at boot, with onBoot: 'fail'", () => {
  it('ends the boot at once with its error, and is not tried again', async () => {
    const { broker, clock, start } = away({});
    await expect(start()).rejects.toBeInstanceOf(BackendUnavailableError);
    await clock.advance(60_000);
    expect(broker.tries).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('ends the boot after the timeout when it never answers', async () => {
    const { broker, clock, start } = away({ timeout: '5s' });
    broker.onOpen(() => new Promise(() => undefined));
    const app = rejection(start());
    await broker.asked();
    await clock.advance(5_000);
    const error = await app;
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(error).toMatchObject({ backend: 'main', outcome: 'not-sent' });
    expect(error).toHaveProperty('message', expect.stringContaining('it did not answer within 5000 ms.'));
  });
});

describe("A broker that is away at boot, with onBoot: 'wait'", () => {
  it('holds the boot until it is there', async () => {
    const { broker, clock, start, told } = away({ onBoot: 'wait', timeout: '1m' });
    let isUp = false;
    const app = start().then((up) => ((isUp = true), up));
    await broker.asked();
    await clock.advance(10_000);
    expect(isUp).toBe(false);
    broker.comeBack();
    await clock.advance(5_000);
    const job = await (await app).get(TaskManager).enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
    expect(told().at(-1)).toMatch(/^Backend "main" is there, after 1\d\.\d s\.$/u);
  });

  it('ends the boot when the time is over, with what was wrong last, and lets go of everything', async () => {
    const { broker, clock, start } = away({ onBoot: 'wait', timeout: '20s' });
    const app = rejection<BackendUnavailableError>(start());
    await broker.asked();
    await clock.advance(20_000);
    expect((await app).cause).toBeInstanceOf(BackendUnavailableError);
    const { tries } = broker;
    await clock.advance(60_000);
    expect(broker.tries).toBe(tries);
    expect(clock.timers).toBe(0);
    expect(broker.queue.count('close')).toBeGreaterThan(0);
  });

  it('does not wait for what time cannot mend', async () => {
    const { broker, start } = away({ onBoot: 'wait' });
    broker.refuseWith(new InvalidBackendError('Backend "main" refuses the password.'));
    await expect(start()).rejects.toThrow('refuses the password');
    expect(broker.tries).toBe(1);
  });

  it('does not wait for one backend when another fails for good', async () => {
    const { clock, start, told } = away(
      { onBoot: 'wait', timeout: '1h' },
      {
        backends: [
          { name: 'main', type: 'down' },
          { name: 'second', type: 'broken' },
        ],
        backendTypes: {
          down: new Broker().factory,
          broken: (options) => {
            const backend = createMemoryBackend(options);
            backend.queue.open = () => Promise.reject(new InvalidBackendError('no such database'));
            return backend;
          },
        },
      },
    );
    await expect(start()).rejects.toThrow('no such database');
    expect(clock.timers).toBe(0);
    expect(told().join()).not.toContain('is there');
  });
});

describe("A broker that is away at boot, with onBoot: 'continue'", () => {
  it('lets the app start, which refuses calls as not sent and asks it nothing', async () => {
    const { broker, clock, start } = away({ onBoot: 'continue' });
    const app = await start();
    const error = await rejection<BackendUnavailableError>(queueOf(app).enqueue('greet', 'Ada'));
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(error).toMatchObject({ outcome: 'not-sent', jobs: [{ queue: 'default' }] });
    await expect(queueOf(app).count()).rejects.toBeInstanceOf(BackendUnavailableError);
    await clock.advance(600);
    expect(new Set(broker.queue.calls)).toEqual(new Set(['declare', 'open']));
  });

  it('is taken up by the workers when it is there, by themselves', async () => {
    const { broker, clock, start } = away({ onBoot: 'continue' });
    const app = await start();
    await clock.advance(60_000);
    broker.comeBack();
    await clock.advance(5_000);
    const job = await queueOf(app).enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
    await expect(job.cancel()).resolves.toBe(false);
  });

  it('tells of cancels at once, though they were watched for before it was there', async () => {
    @Injectable()
    class Slow {
      readonly aborted = new Gate<unknown>();
      readonly started = new Gate();
      @Task() slow(_: unknown, { signal }: TaskContext) {
        this.started.open();
        signal.addEventListener('abort', () => this.aborted.open(signal.reason));
        return this.aborted.opened;
      }
    }
    const { broker, clock, start } = away({ onBoot: 'continue' });
    const app = await start(Slow);
    broker.comeBack();
    await clock.advance(5_000);
    const job = await queueOf(app).enqueue('slow');
    await app.get(Slow).started.opened;
    await job.cancel('not needed');
    await expect(app.get(Slow).aborted.opened).resolves.toMatchObject({ reason: 'not needed' });
  });

  it('holds up no other backend', async () => {
    const broker = new Broker();
    const { start } = away(
      { onBoot: 'continue' },
      {
        backends: [{ name: 'main' }, { name: 'second', type: 'down' }],
        backendTypes: { down: broker.factory },
      },
    );
    const app = await start();
    const job = await queueOf(app).enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
  });

  it('opens one that keeps its state in it after it, and not before', async () => {
    const [keeper, mover] = [new Broker(), new Broker()];
    mover.comeBack();
    const { clock, start } = away(
      { onBoot: 'continue' },
      {
        backends: [
          { name: 'mover', type: 'mover', state: 'keeper', primary: true },
          { name: 'keeper', type: 'keeper' },
        ],
        backendTypes: { keeper: keeper.factory, mover: mover.factory },
      },
    );
    const app = await start();
    await clock.advance(10_000);
    expect(mover.tries).toBe(0);
    await expect(queueOf(app).count()).rejects.toBeInstanceOf(BackendUnavailableError);
    keeper.comeBack();
    await clock.advance(5_000);
    expect(mover.tries).toBe(1);
    await expect(queueOf(app).count()).resolves.toBe(0);
  });

  it('waits for it no longer than the timeout, and takes it when it answers after all', async () => {
    const { broker, clock, start } = away({ onBoot: 'continue', timeout: '2s' });
    let answer = (): void => undefined;
    broker.onOpen((call) => new Promise((resolve) => (answer = () => resolve(call()))));
    const booting = start();
    await broker.asked();
    await clock.advance(2_000);
    const app = await booting;
    await expect(queueOf(app).count()).rejects.toBeInstanceOf(BackendUnavailableError);
    answer();
    await settle();
    await expect(queueOf(app).count()).resolves.toBe(0);
  });

  it('still ends the boot for what time cannot mend', async () => {
    const { broker, start } = away({ onBoot: 'continue' });
    broker.refuseWith(new InvalidBackendError('Backend "main" refuses the password.'));
    await expect(start()).rejects.toThrow('refuses the password');
  });

  it('is let go of when the app closes before it was there', async () => {
    const { broker, clock, start } = away({ onBoot: 'continue' });
    const app = await start();
    await app.close();
    const { tries } = broker;
    await clock.advance(60_000);
    expect(broker.tries).toBe(tries);
    expect(clock.timers).toBe(0);
  });

  it('can be used by hooks only when it is there: they are told that nothing was sent', async () => {
    @Injectable()
    class Early implements OnModuleInit {
      error: unknown;
      constructor(private readonly tasks: TaskManager) {}
      async onModuleInit() {
        this.error = await rejection(this.tasks.enqueue('greet', 'Ada'));
      }
    }
    const app = await away({ onBoot: 'continue' }).start(Early);
    expect(app.get(Early).error).toMatchObject({ code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'not-sent' });
  });

  it('is told of at the first tries and ever more seldom, without its address', async () => {
    const { clock, start, told } = away({ onBoot: 'continue' });
    await start();
    await clock.advance(10 * 60_000);
    const lines = told().filter((line) => line.includes('not there yet'));
    expect(lines[0]).toBe('Backend "main" is not there yet (ECONNREFUSED), after 0.0 s; it is tried again.');
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(told().join('\n')).not.toContain(SECRET);
  });
});

describe('close() while the boot waits for a broker', () => {
  it('is heard: nothing goes on being tried', async () => {
    const broker = new Broker();
    const clock = new ManualClock();
    const app = await Test.createTestingModule({
      imports: [
        TasksModule.forRoot({
          backendTypes: { down: broker.factory },
          backend: { type: 'down' },
          clock,
          connect: { onBoot: 'wait', timeout: '30s' },
        }),
      ],
    })
      .setLogger(new CapturingLogger())
      .compile();
    const booting = rejection(app.init());
    await broker.asked();
    const closing = app.close();
    await clock.advance(30_000);
    await booting;
    await closing;
    expect(clock.timers).toBe(0);
  });
});
