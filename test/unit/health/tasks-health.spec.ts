import { describe, expect, it } from 'vitest';
import { TasksHealth, type TasksHealthParts } from '../../../lib/health/tasks-health.js';
import { ManualClock } from '../../../lib/testing/index.js';

const STATS = { size: 4, active: 1, capacity: 40, zombies: 0, jobs: 10, failures: 1 };

/** The health of a process without a broker, whose workers are so. */
function healthOf(
  pool: Partial<Record<'isRunning' | 'isStopping', boolean>> & {
    readonly stats?: Partial<typeof STATS>;
  } = {},
  parts: Partial<TasksHealthParts> = {},
): TasksHealth {
  const { isRunning = true, isStopping = false, stats } = pool;
  return new TasksHealth({
    probe: undefined as never,
    backends: () => [],
    pool: { isRunning, isStopping, stats: () => ({ ...STATS, ...stats }) as never },
    runsJobs: true,
    autoStart: true,
    maxZombies: 100,
    scheduler: undefined,
    timeout: 1_000,
    clock: new ManualClock(),
    ...parts,
  });
}

describe('The workers of a process', () => {
  it('are up while they run, with their figures', async () => {
    expect((await healthOf().check()).workers).toEqual({
      status: 'up',
      reasons: [],
      running: true,
      draining: false,
      ...STATS,
      successRate: 0.9,
    });
  });

  it('take no more jobs when a hundred handlers outlive their runs, and are down then', async () => {
    expect(await healthOf({ stats: { zombies: 99 } }).check()).toMatchObject({ status: 'up' });
    expect(await healthOf({ stats: { zombies: 100 } }).check()).toMatchObject({
      status: 'down',
      reasons: ['workers: 100 handlers go on after their runs have ended: no more jobs are taken'],
    });
  });

  it('are degraded when the pool was scaled to none', async () => {
    expect(await healthOf({ stats: { size: 0 } }).check()).toMatchObject({
      status: 'degraded',
      reasons: ['workers: the pool was scaled to none'],
    });
  });

  it('may stand still where the app starts them by hand, and nowhere else', async () => {
    const stopped = { isRunning: false };
    expect((await healthOf(stopped, { autoStart: false }).check()).status).toBe('up');
    expect(await healthOf(stopped).check()).toMatchObject({
      status: 'down',
      reasons: ['workers: they do not run'],
    });
  });
});

describe('The health of a process', () => {
  it('is down from the first moment of its end on', async () => {
    const health = healthOf();
    expect(await health.isReady()).toBe(true);
    health.onModuleDestroy();
    expect(await health.isReady()).toBe(false);
    expect((await health.check()).reasons).toEqual(['the app is shutting down']);
  });

  it('is looked at once for all who ask at the same time', async () => {
    let looks = 0;
    const health = healthOf();
    health.add('part', () => {
      looks++;
      return { status: 'up', reasons: [] };
    });
    await Promise.all([health.check(), health.isReady(), health.check()]);
    expect(looks).toBe(1);
    await health.check();
    expect(looks).toBe(2);
  });
});
