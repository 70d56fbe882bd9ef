import { Injectable } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import {
  firingOf,
  Scheduled,
  type ScheduleFiring,
  Task,
  type TaskContext,
  TaskScheduler,
  TasksModule,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { settle } from './gate.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Reports {
  readonly ran: { name: string; payload: unknown; firing: ScheduleFiring | undefined }[] = [];

  @Scheduled('0 9 * * 1-5', { name: 'daily-report', timezone: 'Europe/Madrid', maxRetries: 1 })
  daily(payload: unknown, ctx: TaskContext): void {
    this.note('daily-report', payload, ctx);
  }

  @Scheduled({ every: '10m' }, { payload: { part: 7 } })
  sample(payload: unknown, ctx: TaskContext): void {
    this.note('sample', payload, ctx);
  }

  @Task({ name: 'by-hand' })
  byHand(payload: unknown, ctx: TaskContext): void {
    this.note('by-hand', payload, ctx);
  }

  private note(name: string, payload: unknown, ctx: TaskContext): void {
    this.ran.push({ name, payload, firing: firingOf(ctx) });
  }
}

/** A Thursday, at midnight UTC. */
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

interface Stage {
  readonly app: TestingModule;
  readonly clock: ManualClock;
  readonly scheduler: TaskScheduler;
  readonly reports: Reports;
}

async function started(options: TasksModuleOptions = {}): Promise<Stage> {
  const clock = new ManualClock(START);
  const app = await startApp({
    imports: [TasksModule.forRoot({ clock, worker: { pollInterval: '1h' }, ...options })],
    providers: [Reports],
  });
  return { app, clock, scheduler: app.get(TaskScheduler), reports: app.get(Reports) };
}

/** Lets time go by, and what is due at its end run. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await clock.advance(ms);
  await settle();
  await settle();
}

const slots = ({ reports }: Stage, name: string): (string | undefined)[] =>
  reports.ran.filter((run) => run.name === name).map(({ firing }) => firing?.slot.toISOString());

describe('a scheduled method', () => {
  it('runs as a job at the slots of its expression, by the clocks of its zone', async () => {
    const stage = await started();
    await pass(stage.clock, 33 * HOUR);
    expect(slots(stage, 'daily-report')).toEqual(['2026-01-01T08:00:00.000Z', '2026-01-02T08:00:00.000Z']);
  });

  it('gets the payload of its schedule, and is told its slot', async () => {
    const stage = await started();
    await pass(stage.clock, HOUR / 6);
    expect(stage.reports.ran).toEqual([
      {
        name: 'sample',
        payload: { part: 7 },
        firing: { schedule: 'sample', slot: new Date(START + HOUR / 6), isLate: false, lateness: 0 },
      },
    ]);
  });

  it('leaves its expression, its slot and its retries on the job', async () => {
    const { app, clock } = await started({ worker: { autoStart: false } });
    await pass(clock, 8 * HOUR);
    const { items } = await queueOf(app).jobs({ name: 'daily-report' });
    expect(items[0]).toMatchObject({
      cronExpression: '0 9 * * 1-5',
      maxRetries: 1,
      firing: { schedule: 'daily-report', isLate: false },
    });
  });
});

describe('the scheduler', () => {
  it('lists what the code declares, with its next slot', async () => {
    const { scheduler } = await started();
    expect(await scheduler.list()).toMatchObject([
      {
        name: 'daily-report',
        source: 'code',
        timezone: 'Europe/Madrid',
        nextRun: new Date(START + 8 * HOUR),
      },
      { name: 'sample', every: 600_000, nextRun: new Date(START + HOUR / 6) },
    ]);
  });

  it('adds a schedule at run time', async () => {
    const stage = await started();
    await stage.scheduler.schedule({ name: 'mine', task: 'by-hand', cron: '30 * * * *', payload: 'x' });
    await pass(stage.clock, 2 * HOUR);
    expect(slots(stage, 'by-hand')).toEqual(['2026-01-01T00:30:00.000Z', '2026-01-01T01:30:00.000Z']);
  });

  it('fires once at a single moment', async () => {
    const stage = await started();
    await stage.scheduler.schedule({ name: 'once', task: 'by-hand', at: new Date(START + HOUR) });
    await pass(stage.clock, 5 * HOUR);
    expect(slots(stage, 'by-hand')).toEqual(['2026-01-01T01:00:00.000Z']);
    expect((await stage.scheduler.get('once'))?.nextRun).toBeUndefined();
  });

  it('fires nothing of a schedule that is disabled, and from its next slot on when it is enabled', async () => {
    const stage = await started();
    expect(await stage.scheduler.disable('sample')).toBe(true);
    expect(await stage.scheduler.disable('sample')).toBe(false);
    await pass(stage.clock, HOUR / 4);
    expect(await stage.scheduler.enable('sample')).toBe(true);
    await pass(stage.clock, HOUR / 4);
    expect(slots(stage, 'sample')).toEqual(['2026-01-01T00:20:00.000Z', '2026-01-01T00:30:00.000Z']);
  });

  it('takes another timing from now on', async () => {
    const stage = await started();
    await stage.scheduler.update('sample', { cron: '5 * * * *' });
    await pass(stage.clock, HOUR);
    expect(slots(stage, 'sample')).toEqual(['2026-01-01T00:05:00.000Z']);
    expect(await stage.scheduler.get('sample')).toMatchObject({ edited: true, cron: '5 * * * *' });
    expect(await stage.scheduler.reset('sample')).toBe(true);
    await pass(stage.clock, HOUR / 6);
    expect(slots(stage, 'sample').at(-1)).toBe('2026-01-01T01:10:00.000Z');
  });

  it('removes a schedule', async () => {
    const stage = await started();
    expect(await stage.scheduler.unschedule('sample')).toBe(true);
    await pass(stage.clock, HOUR);
    expect(slots(stage, 'sample')).toEqual([]);
    expect(await stage.scheduler.unschedule('sample')).toBe(false);
  });

  it('runs one now, beside its slots', async () => {
    const stage = await started();
    const job = await stage.scheduler.run('sample');
    await pass(stage.clock, 0);
    expect(await job.refresh()).toMatchObject({ status: 'completed', firing: undefined });
    expect(stage.reports.ran).toMatchObject([{ name: 'sample', payload: { part: 7 } }]);
  });

  it('tells the next and the latest moments', async () => {
    const { scheduler } = await started();
    expect(await scheduler.nextRuns()).toEqual({
      'daily-report': new Date(START + 8 * HOUR),
      sample: new Date(START + HOUR / 6),
    });
    expect(await scheduler.nextRuns('daily-report', 2)).toEqual([
      new Date(START + 8 * HOUR),
      new Date(START + 32 * HOUR),
    ]);
    expect(await scheduler.previousRuns('sample', 1)).toEqual([new Date(START - HOUR / 6)]);
  });

  it('remembers the latest firing', async () => {
    const { scheduler, clock } = await started();
    await pass(clock, HOUR / 2);
    expect((await scheduler.get('sample'))?.lastRun).toMatchObject({
      queue: 'default',
      slot: new Date(START + HOUR / 2),
      lateness: 0,
    });
  });

  it('fires nothing while it is stopped; what it missed follows `catchUp` when it is started', async () => {
    const stage = await started();
    await stage.scheduler.update('sample', { catchUp: { mode: 'all', max: 2 } });
    await stage.scheduler.stop();
    await pass(stage.clock, HOUR);
    expect(slots(stage, 'sample')).toEqual([]);
    await stage.scheduler.start();
    await pass(stage.clock, 0);
    expect(slots(stage, 'sample')).toEqual(['2026-01-01T00:50:00.000Z', '2026-01-01T01:00:00.000Z']);
    expect(stage.reports.ran.map(({ firing }) => firing?.isLate)).toEqual([true, false]);
  });
});
