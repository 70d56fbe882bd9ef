import { describe, expect, it } from 'vitest';
import { schedulerHealth } from '../../../lib/health/scheduler-health.js';
import type { SchedulerStatus } from '../../../lib/scheduling/index.js';

const NOW = Date.UTC(2026, 0, 1);
const LEASE = 10_000;
const ago = (ms: number): Date => new Date(NOW - ms);

function healthOf(status: Partial<SchedulerStatus>, isShared = true) {
  const whole: SchedulerStatus = {
    running: true,
    leading: true,
    schedules: 2,
    overdue: 0,
    lastBeatAt: ago(1_000),
    ...status,
  };
  return schedulerHealth({ status: () => whole, lease: LEASE, isShared }, NOW);
}

describe('The health of the scheduler of a process', () => {
  it('is up while it is in touch with the store, and tells what it does as plain data', () => {
    const health = healthOf({ nextAt: new Date(NOW + 5_000) });
    expect(health).toEqual({
      status: 'up',
      reasons: [],
      running: true,
      leading: true,
      schedules: 2,
      nextAt: '2026-01-01T00:00:05.000Z',
      lastBeatAt: '2025-12-31T23:59:59.000Z',
    });
    expect(JSON.parse(JSON.stringify(health))).toEqual(health);
  });

  it('is up in one that does not lead: another does', () => {
    expect(healthOf({ leading: false, schedules: 0 })).toMatchObject({ status: 'up', leading: false });
  });

  it.each([
    ['was stopped', { running: false }, 'it does not run: another process has to fire the schedules'],
    [
      'has been silent for more than two leases',
      { lastBeatAt: ago(2 * LEASE + 1_000) },
      'it was not in touch with the store for 21 s',
    ],
    [
      'leads, and does not fire what was due two leases ago',
      { overdue: 2 * LEASE + 5_000 },
      'what was due 25 s ago has not fired',
    ],
  ])('is degraded when it %s', (_, status, reason) => {
    expect(healthOf(status)).toMatchObject({ status: 'degraded', reasons: [reason] });
  });

  it('is degraded in trouble with the store, and does not repeat what the store has said', () => {
    const health = healthOf({ trouble: 'connect to redis://:hunter2@broker' });
    expect(health).toMatchObject({
      status: 'degraded',
      reasons: ['it cannot settle with the store who leads'],
    });
    expect(JSON.stringify(health)).not.toContain('hunter2');
  });

  it('is up at just two leases', () => {
    expect(healthOf({ lastBeatAt: ago(2 * LEASE), overdue: 2 * LEASE }).status).toBe('up');
  });

  it('knows no silence where no other process sees the schedules', () => {
    expect(healthOf({ lastBeatAt: ago(3_600_000) }, false).status).toBe('up');
  });
});
