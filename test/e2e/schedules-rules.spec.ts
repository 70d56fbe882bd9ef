import { Injectable, type Type } from '@nestjs/common';
import {
  DuplicateScheduleError,
  InvalidScheduleError,
  JOB_STATES,
  type ScheduleEvent,
  Scheduled,
  ScheduleCycleError,
  type ScheduleRecord,
  ScheduleNotFoundError,
  type SchedulerStore,
  Task,
  TaskScheduler,
  TasksModule,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { ManualClock, TasksTesting, TasksTestingModule } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { settle } from './gate.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

@Injectable()
class Work {
  @Task({ name: 'work' })
  work(): void {}
}

/** An app in which nothing runs jobs: what a schedule enqueues stays where it is. */
async function idle(options: TasksModuleOptions = {}, providers: Type[] = [Work]) {
  const clock = new ManualClock(START);
  const app = await startApp({
    imports: [TasksModule.forRoot({ clock, worker: { autoStart: false }, ...options })],
    providers,
  });
  const scheduler = app.get(TaskScheduler);
  const events: ScheduleEvent[] = [];
  scheduler.events.subscribe((event) => events.push(event));
  const pass = async (ms: number) => {
    await clock.advance(ms);
    await settle();
    await settle();
  };
  const jobs = async () => {
    const { items } = await queueOf(app).jobs({ states: JOB_STATES, order: 'oldest' });
    return items
      .toSorted((a, b) => (a.firing?.slot.getTime() ?? 0) - (b.firing?.slot.getTime() ?? 0))
      .map(
        (job) =>
          `${job.firing?.schedule} ${((job.firing?.slot.getTime() ?? 0) - START) / MINUTE} ${job.status}`,
      );
  };
  return { app, scheduler, events, pass, jobs };
}

describe('a firing while the job of the one before is unfinished', () => {
  it('goes ahead by default', async () => {
    const { scheduler, pass, jobs } = await idle();
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m' });
    await pass(2 * MINUTE);
    expect(await jobs()).toEqual(['a 1 pending', 'a 2 pending']);
  });

  it('is left out with overlap skip, and told', async () => {
    const { scheduler, pass, jobs, events } = await idle();
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m', overlap: 'skip' });
    await pass(2 * MINUTE);
    expect(await jobs()).toEqual(['a 1 pending']);
    expect(events).toContainEqual({
      type: 'skipped',
      schedule: 'a',
      slot: new Date(START + 2 * MINUTE),
      reason: 'overlap',
    });
  });

  it('takes the place of that job with overlap replace', async () => {
    const { scheduler, pass, jobs } = await idle();
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m', overlap: 'replace' });
    await pass(2 * MINUTE);
    expect(await jobs()).toEqual(['a 1 cancelled', 'a 2 pending']);
  });
});

describe('a schedule that depends on another', () => {
  it('has its jobs wait for the latest firing of that one at or before its own slot', async () => {
    const { scheduler, pass, jobs, app } = await idle();
    await scheduler.schedule({ name: 'z-parent', task: 'work', every: '2m' });
    await scheduler.schedule({ name: 'child', task: 'work', every: '1m', dependsOn: 'z-parent' });
    await pass(3 * MINUTE);
    expect((await jobs()).toSorted()).toEqual([
      'child 1 pending',
      'child 2 waiting',
      'child 3 waiting',
      'z-parent 2 pending',
    ]);
    const { items } = await queueOf(app).jobs({ states: ['waiting'] });
    const { items: pending } = await queueOf(app).jobs({ states: ['pending'] });
    const parent = pending.find(({ firing }) => firing?.schedule === 'z-parent');
    expect(items.map(({ dependsOn }) => dependsOn[0]?.id)).toEqual([parent?.id, parent?.id]);
  });

  it('is refused when that one is not there, with the nearest name', async () => {
    const { scheduler } = await idle();
    await scheduler.schedule({ name: 'nightly', task: 'work', every: '2m' });
    const refused = scheduler.schedule({ name: 'b', task: 'work', every: '1m', dependsOn: 'nightl' });
    await expect(refused).rejects.toThrow(InvalidScheduleError);
    await expect(refused).rejects.toThrow('Did you mean "nightly"?');
  });

  it('is refused in a circle', async () => {
    const { scheduler } = await idle();
    await scheduler.schedule({ name: 'a', task: 'work', every: '2m' });
    await scheduler.schedule({ name: 'b', task: 'work', every: '1m', dependsOn: 'a' });
    await expect(scheduler.update('a', { dependsOn: 'b' })).rejects.toThrow(ScheduleCycleError);
    expect(await scheduler.get('a')).toMatchObject({ dependsOn: [] });
  });
});

describe('a firing', () => {
  it('is due up to its jitter later, at the same moment in every process', async () => {
    const { scheduler, pass, app } = await idle();
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m', jitter: '30s' });
    await pass(MINUTE);
    const { items } = await queueOf(app).jobs({ states: ['scheduled'] });
    const due = (items[0]?.scheduledAt?.getTime() ?? 0) - START - MINUTE;
    expect(due).toBeGreaterThan(0);
    expect(due).toBeLessThan(30_000);
  });

  it('that a full queue refuses is tried again, before the next slot', async () => {
    const { scheduler, pass, jobs, events, app } = await idle({ queues: [{ name: 'small', maxSize: 1 }] });
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m', queue: 'small' });
    await pass(2 * MINUTE + 1);
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      willRetry: true,
      slot: new Date(START + 2 * MINUTE),
    });
    await pass(1_500);
    await queueOf(app, 'small').clear();
    await pass(MINUTE - 1_502);
    const { items } = await queueOf(app, 'small').jobs();
    expect(items[0]?.firing).toMatchObject({ slot: new Date(START + 2 * MINUTE), isLate: true });
    expect(await jobs()).toEqual([]);
  });

  it('that can never be accepted is left out, and told', async () => {
    const { scheduler, pass, events, jobs } = await idle({ payload: { maxSize: 10 } });
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m', payload: 'more than ten bytes' });
    await pass(2 * MINUTE);
    expect(await jobs()).toEqual([]);
    expect(events.filter(({ type }) => type === 'error')).toMatchObject([
      { willRetry: false, slot: new Date(START + MINUTE), error: { code: 'TASKS_PAYLOAD_TOO_LARGE' } },
      { willRetry: false, slot: new Date(START + 2 * MINUTE) },
    ]);
  });
});

describe('the names of schedules', () => {
  it('are taken once at run time', async () => {
    const { scheduler } = await idle();
    await scheduler.schedule({ name: 'a', task: 'work', every: '1m' });
    await expect(scheduler.schedule({ name: 'a', task: 'work', every: '2m' })).rejects.toThrow(
      DuplicateScheduleError,
    );
  });

  it('are taken once in the code, which the error names', async () => {
    @Injectable()
    class Twice {
      @Scheduled('* * * * *', { name: 'same' })
      @Scheduled('0 * * * *', { name: 'same' })
      run(): void {}
    }
    await expect(idle({}, [Twice])).rejects.toThrow(
      'Schedule "same" is declared by Twice.run and by Twice.run',
    );
  });

  it('that are not there are told with the nearest one', async () => {
    const { scheduler } = await idle();
    await scheduler.schedule({ name: 'nightly', task: 'work', every: '2m' });
    await expect(scheduler.run('nightyl')).rejects.toThrow(ScheduleNotFoundError);
    await expect(scheduler.update('nightyl', {})).rejects.toThrow('Did you mean "nightly"?');
    expect(await scheduler.enable('nightyl')).toBe(false);
    expect(await scheduler.get('nightyl')).toBeUndefined();
  });
});

/** A store of an app's own, that several boots share. */
class MapStore implements SchedulerStore {
  readonly kept = new Map<string, { record: ScheduleRecord; version: string }>();
  private writes = 0;

  list() {
    return Promise.resolve([...this.kept.values()]);
  }
  get(name: string) {
    return Promise.resolve(this.kept.get(name));
  }
  write(record: ScheduleRecord, expected: string | null) {
    const isExpected = (this.kept.get(record.name)?.version ?? null) === expected;
    if (isExpected) this.kept.set(record.name, { record, version: String(++this.writes) });
    return Promise.resolve(isExpected);
  }
  remove(name: string) {
    return Promise.resolve(this.kept.delete(name));
  }
  watch() {
    return Promise.resolve({ close: () => Promise.resolve() });
  }
}

@Injectable()
class FirstVersion {
  @Scheduled('0 9 * * *', { name: 'kept' })
  kept(): void {}
  @Scheduled('0 9 * * *', { name: 'changed' })
  changed(): void {}
  @Scheduled('0 9 * * *', { name: 'gone' })
  gone(): void {}
}

@Injectable()
class SecondVersion {
  @Scheduled('0 9 * * *', { name: 'kept' })
  kept(): void {}
  @Scheduled('0 10 * * *', { name: 'changed', overlap: 'skip' })
  changed(): void {}
  @Scheduled('0 9 * * *', { name: 'new' })
  fresh(): void {}
}

describe('a new version of the code', () => {
  const boot = (store: SchedulerStore, providers: Type[], more: object = {}) =>
    idle({ scheduler: { store, ...more } }, [Work, ...providers]);

  it('adds, changes and removes what it declares, and leaves alone what was added at run time', async () => {
    const store = new MapStore();
    const first = await boot(store, [FirstVersion]);
    await first.scheduler.schedule({ name: 'by-hand', task: 'work', every: '1h' });
    const kept = store.kept.get('kept');
    await first.app.close();
    const { scheduler } = await boot(store, [SecondVersion]);
    const found = await scheduler.list();
    expect(found.map(({ name, cron }) => `${name}: ${cron}`).toSorted()).toEqual([
      'by-hand: undefined',
      'changed: 0 10 * * *',
      'kept: 0 9 * * *',
      'new: 0 9 * * *',
    ]);
    expect(store.kept.get('kept')).toBe(kept);
  });

  it('does not overwrite what a person has changed, unless it is told to', async () => {
    const store = new MapStore();
    const first = await boot(store, [FirstVersion]);
    await first.scheduler.update('changed', { cron: '0 7 * * *' });
    await first.app.close();
    const second = await boot(store, [SecondVersion]);
    expect(await second.scheduler.get('changed')).toMatchObject({
      cron: '0 7 * * *',
      overlap: 'skip',
      edited: true,
    });
    await second.app.close();
    const third = await boot(store, [SecondVersion], { overwriteEdits: true });
    expect(await third.scheduler.get('changed')).toMatchObject({ cron: '0 10 * * *', edited: false });
  });

  it('removes nothing in a process that declares nothing', async () => {
    const store = new MapStore();
    const first = await boot(store, [FirstVersion]);
    await first.app.close();
    const { scheduler } = await boot(store, []);
    expect(await scheduler.restoreFromStore()).toBe(3);
  });
});

describe('schedules in tests', () => {
  it('fire when the clock of the test moves', async () => {
    const app = await startApp({
      imports: [TasksTestingModule.register(), TasksModule.forRoot()],
      providers: [FirstVersion],
    });
    const tasks = app.get(TasksTesting);
    await tasks.advance('1d');
    expect(tasks.enqueued('kept')).toHaveLength(1);
  });

  it('do not fire in a stub', async () => {
    const clock = new ManualClock(START);
    const app = await startApp({ imports: [TasksModule.stub({ clock })], providers: [FirstVersion] });
    expect(app.get(TaskScheduler).status()).toMatchObject({ running: false, leading: false });
    expect(await app.get(TaskScheduler).list()).toEqual([]);
  });
});
