import { Controller, Injectable, Module, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Background,
  BackgroundTaskManager,
  OnTaskEvent,
  Task,
  TaskRegistrationError,
  TasksModule,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { Pool, PoolModule } from './a-pool.js';
import { Gate, settle } from './gate.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

abstract class Flushing {
  readonly gate = new Gate();
  @Background() async flush(): Promise<string> {
    await this.gate.opened;
    return this.constructor.name;
  }
}
@Injectable()
class Plain extends Flushing {}
@Injectable({ scope: Scope.REQUEST })
class Requested extends Flushing {}
@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Flushing {}
@Controller()
class Pages extends Flushing {}
class Made extends Flushing {}
class Given extends Flushing {}

const start = (options: TasksModuleOptions = {}) =>
  startApp({
    imports: [TasksModule.forRoot(options)],
    providers: [
      Plain,
      Requested,
      Transient,
      { provide: Made, useFactory: () => new Made() },
      { provide: Given, useValue: new Given() },
      { provide: 'alias', useExisting: Plain },
    ],
    controllers: [Pages],
  });

@Injectable()
class Settings extends Flushing {
  readonly clock = new ManualClock();
}
@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

describe('A @Background() method', () => {
  it('is one of a provider that the factory of the options injects, too: its manager goes by them', async () => {
    const options = TasksModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: (settings: Settings) => {
        void settings.flush();
        return { clock: settings.clock, background: { shutdownTimeout: '2s' } };
      },
    });
    const app = await startApp({ imports: [options] });
    const background = app.get(BackgroundTaskManager);
    const { clock, gate } = app.get(Settings, { strict: false });
    expect(background.pendingNames).toEqual(['Settings.flush']);
    expect(background.clock).toBe(clock);

    const ended = background.shutdown();
    await clock.advance(2_000);
    await ended;
    expect(background.pendingCount).toBe(1);
    gate.open();
  });

  it.each([
    ['a provider', Plain],
    ['a request-scoped provider', Requested],
    ['a transient provider', Transient],
    ['a controller', Pages],
    ['what a factory made', Made],
    ['a value', Given],
  ])('is tracked on %s, also when it is inherited', async (_what, type) => {
    const app = await start();
    const instance = await app.resolve<Flushing>(type);
    const manager = app.get(BackgroundTaskManager);
    const flushed = instance.flush();
    expect(manager.pendingNames).toEqual([`${type.name}.flush`]);
    instance.gate.open();
    await expect(flushed).resolves.toBe(type.name);
    expect(manager.pendingCount).toBe(0);
  });

  it('can be one that listens to events', async () => {
    const paged = new Gate<string>();
    @Injectable()
    class Alerts {
      @Background() @OnTaskEvent('failed') async page(event: { taskName: string }): Promise<void> {
        paged.open(event.taskName);
      }
      @Task({ maxRetries: 0 }) fail() {
        throw new Error('no');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Alerts] });
    await queueOf(app).enqueue('fail');
    await expect(paged.opened).resolves.toBe('fail');
  });

  it('cannot be a task as well', async () => {
    @Injectable()
    class Both {
      @Background() @Task() async work(): Promise<void> {}
    }
    await expect(startApp({ imports: [TasksModule.forRoot()], providers: [Both] })).rejects.toThrow(
      /Both\.work has @Task\(\) and @Background\(\)/,
    );
  });

  it('is refused on a frozen value, which has no place for its manager', async () => {
    const booted = startApp({
      imports: [TasksModule.forRoot()],
      providers: [{ provide: Given, useValue: Object.freeze(new Given()) }],
    });
    await expect(booted).rejects.toThrow(TaskRegistrationError);
  });

  it('belongs to the manager of its own app', async () => {
    const [one, other] = [await start(), await start()];
    void one.get(Plain).flush();
    expect(one.get(BackgroundTaskManager).pendingCount).toBe(1);
    expect(other.get(BackgroundTaskManager).pendingCount).toBe(0);
    one.get(Plain).gate.open();
  });

  it('needs no tasks module in a unit test that provides a manager', async () => {
    const module = await Test.createTestingModule({ providers: [Plain, BackgroundTaskManager] }).compile();
    void module.get(Plain).flush();
    expect(module.get(BackgroundTaskManager).pendingCount).toBe(1);
    module.get(Plain).gate.open();
  });
});

describe('Background work at shutdown', () => {
  @Injectable()
  class Rest {
    readonly notes: string[] = [];
    readonly started = new Gate();
    readonly finish = new Gate();
    constructor(
      private readonly pool: Pool,
      private readonly background: BackgroundTaskManager,
    ) {}

    @Task() async job(): Promise<void> {
      this.started.open();
      await this.finish.opened;
      void this.wrapUp();
      this.notes.push('the job ended');
    }

    @Background() async wrapUp(): Promise<void> {
      const { signal } = this.background;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await settle();
      this.notes.push(`wrapped up with the pool ${this.pool.isOpen ? 'open' : 'closed'}`);
    }
  }

  it.each([
    ['first', (tasks: object) => [tasks, PoolModule]],
    ['last', (tasks: object) => [PoolModule, tasks]],
  ])(
    'is aborted when the jobs have ended, and waited for before anything closes, with forRoot() imported %s',
    async (_place, order) => {
      const app = await startApp({ imports: order(TasksModule.forRoot()) as never, providers: [Rest] });
      const rest = app.get(Rest);
      await queueOf(app).enqueue('job');
      await rest.started.opened;
      const closed = app.close();
      await settle();
      expect(app.get(BackgroundTaskManager).isClosed).toBe(false);
      rest.finish.open();
      await closed;
      expect(rest.notes).toEqual(['the job ended', 'wrapped up with the pool open']);
    },
  );

  it('is left behind when its time is over, which `background.shutdownTimeout` says', async () => {
    const clock = new ManualClock();
    const app = await start({ clock, background: { shutdownTimeout: '3s' } });
    void app.get(Plain).flush();
    let isClosed = false;
    const closed = app.close().then(() => (isClosed = true));
    await clock.advance(2_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
    expect(clock.timers).toBe(0);
  });
});
