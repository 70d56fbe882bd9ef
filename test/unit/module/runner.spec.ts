import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackgroundTaskManager, type ScheduledWorkers } from '../../../lib/background/index.js';
import { resolveOptions } from '../../../lib/config/index.js';
import type { Scheduling } from '../../../lib/scheduling/index.js';
import { TaskEvents } from '../../../lib/events/index.js';
import { runnerProvider, TasksRunner } from '../../../lib/module/runner.js';
import { ManualClock } from '../../../lib/testing/index.js';
import type { WorkerPool } from '../../../lib/worker/index.js';

/** A module as a Nest without a say in the order of hooks would keep it. */
const host = (name: string, imports: object[] = [], isGlobal = false) => ({
  metatype: { name },
  imports: new Set(imports),
  providers: new Map(name === 'TasksModule' ? [[TasksRunner, {}]] : []),
  isGlobal,
});

const makeRunner = async (hosts: readonly object[]) =>
  runnerProvider.useFactory(new Map(Object.entries(hosts)));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('TasksRunner where Nest gives no say in the order of hooks', () => {
  const tasks = host('TasksModule');

  it('warns of modules that are imported after it, naming them and who imports them', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const app = host('AppModule', [host('First'), tasks, host('Late'), host('Later')]);
    await makeRunner([app, tasks]);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]?.[0]).toMatch(/^AppModule imports Late, Later after TasksModule\.forRoot\(\)/);
  });

  it('is content when it is imported last, global modules apart', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await makeRunner([host('AppModule', [host('First'), tasks, host('Everywhere', [], true)]), tasks]);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('TasksRunner at shutdown', () => {
  it('waits for a listener that never ends no longer than shutdownTimeout', async () => {
    const clock = new ManualClock();
    const events = new TaskEvents();
    events.on('queued', () => new Promise(() => {}));
    events.emit({ type: 'queued', taskId: '1', taskName: 'a', queueName: 'default' });
    const drain = vi.fn<WorkerPool['drain']>().mockResolvedValue({ released: 0, unsettled: 0 });
    const options = resolveOptions({ clock, worker: { shutdownTimeout: '5s' } });
    const background = new BackgroundTaskManager({ clock });
    const scheduled = { stop: () => Promise.resolve() } as unknown as ScheduledWorkers;
    const scheduling = { stop: () => Promise.resolve() } as unknown as Scheduling;
    const pool = { drain } as unknown as WorkerPool;
    const check = { run: () => undefined, judgeSchedules: () => undefined };
    const runner = new TasksRunner({ pool, events, scheduled, scheduling, background, options, check });
    const done = vi.fn<() => void>();
    const closed = runner.onModuleDestroy().then(done);
    await clock.advance(4_999);
    expect(drain).toHaveBeenCalledOnce();
    expect(done).not.toHaveBeenCalled();
    await clock.advance(1);
    await closed;
    expect(clock.timers).toBe(0);
  });
});
