import { Injectable } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Scheduled, TaskScheduler, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { settle } from './gate.js';
import { startApp } from './start-app.js';

const MINUTE = 60_000;

@Injectable()
class Reports {
  readonly ran: string[] = [];

  @Scheduled('* * * * *', { name: 'ours' })
  ours(): void {
    this.ran.push('ours');
  }
}

@Injectable()
class Existing {
  readonly ran: string[] = [];

  @Cron('0 * * * * *', { timeZone: 'Europe/Madrid', waitForCompletion: true })
  unnamed(): void {
    this.ran.push('unnamed');
  }

  @Cron('*/2 * * * *', { name: 'named', disabled: true })
  named(): void {
    this.ran.push('named');
  }

  @Interval('still-local', 3_600_000)
  local(): void {
    this.ran.push('local');
  }
}

async function started(options: TasksModuleOptions = {}) {
  const clock = new ManualClock();
  const app = await startApp({
    imports: [ScheduleModule.forRoot(), TasksModule.forRoot({ clock, ...options })],
    providers: [Reports, Existing],
  });
  const pass = async (ms: number) => {
    await clock.advance(ms);
    await settle();
    await settle();
  };
  return { app, pass, registry: app.get(SchedulerRegistry), scheduler: app.get(TaskScheduler) };
}

describe('schedules in the registry of @nestjs/schedule', () => {
  it('are found there by their names, with their next slot', async () => {
    const { registry } = await started();
    const job = registry.getCronJob('ours');
    expect(job.isActive).toBe(true);
    expect(job.nextDate().toJSDate()).toEqual(new Date('2026-01-01T00:01:00.000Z'));
  });

  it('are stopped and started there, for the whole fleet', async () => {
    const { app, registry, scheduler, pass } = await started();
    await registry.getCronJob('ours').stop();
    await settle();
    expect(await scheduler.get('ours')).toMatchObject({ enabled: false });
    await pass(MINUTE);
    expect(app.get(Reports).ran).toEqual([]);
    registry.getCronJob('ours').start();
    await settle();
    await pass(MINUTE);
    expect(app.get(Reports).ran).toEqual(['ours']);
    expect(registry.getCronJob('ours').lastDate()).toEqual(new Date('2026-01-01T00:02:00.000Z'));
  });

  it('run at once by fireOnTick', async () => {
    const { app, registry, pass } = await started();
    await registry.getCronJob('ours').fireOnTick();
    await pass(0);
    expect(app.get(Reports).ran).toEqual(['ours']);
  });
});

describe('@Cron methods of an app', () => {
  it('stay what they are', async () => {
    const { registry, scheduler } = await started();
    expect([...registry.getCronJobs().keys()]).toContain('named');
    expect((await scheduler.list()).map(({ name }) => name)).toEqual(['ours']);
  });

  it('become jobs of the fleet where they are adopted, and fire in no process by themselves', async () => {
    const { app, pass, registry, scheduler } = await started({ scheduler: { adoptCron: true } });
    expect(await scheduler.list()).toMatchObject([
      { name: 'Existing.unnamed', timezone: 'Europe/Madrid', overlap: 'skip', enabled: true },
      { name: 'named', enabled: false },
      { name: 'ours' },
    ]);
    expect([...registry.getCronJobs().keys()].toSorted()).toEqual(['Existing.unnamed', 'named', 'ours']);
    expect(registry.getIntervals()).toEqual(['still-local']);
    await pass(2 * MINUTE);
    expect(app.get(Existing).ran).toEqual(['unnamed', 'unnamed']);
  });
});
