import { Injectable, type OnApplicationBootstrap, Scope, type Type } from '@nestjs/common';
import { BackgroundTaskManager, ScheduledWorker, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pool, PoolModule } from './a-pool.js';
import { Gate, settle } from './gate.js';
import { startApp } from './start-app.js';

@Injectable()
class Retention extends ScheduledWorker {
  override readonly interval = '1h';
  readonly notes: string[] = [];
  signal: AbortSignal | undefined;
  body: () => Promise<void> | void = () => undefined;

  constructor(private readonly records: Pool) {
    super();
  }

  async runCycle(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    await this.body();
    this.notes.push(`ran with its records ${this.records.isOpen ? 'open' : 'closed'}`);
  }
}

async function start(options: TasksModuleOptions = {}, providers: Type[] = [Retention]) {
  const clock = new ManualClock();
  const app = await startApp({
    imports: [TasksModule.forRoot({ clock, ...options }), PoolModule],
    providers,
  });
  await clock.advance(0);
  return { app, clock, worker: app.get(Retention, { strict: false }) };
}

describe('A ScheduledWorker among the providers', () => {
  it('runs from the start of the app to its end', async () => {
    const { app, clock, worker } = await start();
    await clock.advance(2 * 3_600_000);
    expect(worker.cycles).toBe(3);
    await app.close();
    await clock.advance(2 * 3_600_000);
    expect(worker.cycles).toBe(3);
    expect(worker.isRunning).toBe(false);
    expect(clock.timers).toBe(0);
  });

  it('starts when every module has started', async () => {
    const order: string[] = [];
    @Injectable()
    class Late implements OnApplicationBootstrap {
      async onApplicationBootstrap() {
        await settle();
        order.push('the app has started');
      }
    }
    @Injectable()
    class First extends ScheduledWorker {
      runCycle(): void {
        order.push('a cycle');
      }
    }
    await start({}, [Late, Retention, First]);
    expect(order).toEqual(['the app has started', 'a cycle']);
  });

  it('can be brought by a feature, and is one there, too', async () => {
    const clock = new ManualClock();
    const feature = { handlers: [Retention], imports: [PoolModule] };
    const app = await startApp({
      imports: [
        TasksModule.forFeature(feature),
        TasksModule.forFeature(feature),
        TasksModule.forRoot({ clock }),
      ],
    });
    await clock.advance(0);
    const both = app.get(Retention, { strict: false, each: true });
    expect(both.map(({ cycles }) => cycles)).toEqual(expect.arrayContaining([0, 1]));
  });

  it('runs also where no job is worked at', async () => {
    const { worker } = await start({ worker: { autoStart: false } });
    expect(worker.cycles).toBe(1);
  });

  it('waits to be started where it, or the app, says so', async () => {
    @Injectable()
    class ByHand extends ScheduledWorker {
      override readonly autoStart = false;
      runCycle(): void {}
    }
    const { app, worker } = await start({ background: { autoStart: false } }, [Retention, ByHand]);
    expect(worker.isRunning).toBe(false);
    expect((await start({}, [Retention, ByHand])).app.get(ByHand).isRunning).toBe(false);
    app.get(ByHand).start();
    expect(app.get(ByHand).isRunning).toBe(true);
    await app.close();
    expect(app.get(ByHand).isRunning).toBe(false);
  });

  it('does not run in a stub unless it is asked for', async () => {
    const stubbed = async (options?: TasksModuleOptions) => {
      const app = await startApp({
        imports: [TasksModule.stub(options), PoolModule],
        providers: [Retention],
      });
      return app.get(Retention).isRunning;
    };
    expect(await stubbed()).toBe(false);
    expect(await stubbed({ background: { autoStart: true } })).toBe(true);
  });

  it('is refused in a scope, where nobody could stop it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends ScheduledWorker {
      runCycle(): void {}
    }
    await expect(start({}, [Scoped])).rejects.toThrow(
      /Scoped is a ScheduledWorker, but a request-scoped provider/,
    );
  });

  it('keeps an app from starting whose settings make no sense', async () => {
    @Injectable()
    class Hectic extends ScheduledWorker {
      override readonly interval = 0;
      runCycle(): void {}
    }
    await expect(start({}, [Hectic])).rejects.toThrow(/Hectic\.interval: must be at least 1 ms/);
  });
});

describe('A ScheduledWorker at shutdown', () => {
  it('leaves no timer, socket or handle behind, nor does background work', async () => {
    // What the test before this one, or its runner, has just let go of.
    await settle();
    const before = process.getActiveResourcesInfo();
    const app = await startApp({ imports: [TasksModule.forRoot(), PoolModule], providers: [Retention] });
    await settle();
    void app.get(BackgroundTaskManager).track((signal) => sleep(60_000, undefined, { signal }));
    await app.close();
    // The runner lets go of timers of its own meanwhile: what counts is that there is nothing more.
    const more = process.getActiveResourcesInfo().filter((one) => {
      const place = before.indexOf(one);
      if (place >= 0) before.splice(place, 1);
      return place < 0;
    });
    expect(more).toEqual([]);
  });

  it('finishes its cycle before anything that it uses closes', async () => {
    const { app, worker, clock } = await start();
    const gate = new Gate();
    worker.body = () => gate.opened;
    await clock.advance(3_600_000);
    const closed = app.close();
    await clock.advance(1_000);
    expect(app.get(BackgroundTaskManager).pendingNames).toEqual(['Retention']);
    gate.open();
    await closed;
    expect(worker.notes).toEqual(['ran with its records open', 'ran with its records open']);
  });

  it('has its signal aborted after 2 s, and is left behind by what is left of the time', async () => {
    const { app, worker, clock } = await start({ background: { shutdownTimeout: '10s' } });
    worker.body = () => new Promise(() => {});
    await clock.advance(3_600_000);
    const closed = app.close();
    await clock.advance(1_999);
    expect(worker.signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(worker.signal?.aborted).toBe(true);
    await clock.advance(11_000);
    await closed;
    expect(clock.timers).toBe(0);
  });
});
