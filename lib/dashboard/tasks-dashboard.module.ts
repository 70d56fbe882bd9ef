import { randomUUID } from 'node:crypto';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { BackendSet } from '../backends/index.js';
import { assertKnownKeys, type ResolvedOptions, toMs } from '../config/index.js';
import type { Duration } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { TaskEvents } from '../events/index.js';
import { RESOLVED_OPTIONS } from '../module/index.js';
import { FleetLog } from './fleet-log.js';
import { RunLog, SLOT } from './run-log.js';
import { TaskDashboard } from './task-dashboard.js';

/** What `TasksDashboardModule.forRoot()` takes. */
export interface TasksDashboardOptions {
  /** What numbers are of: 1 min to 24 h. Default 1 h. */
  readonly window?: Duration | undefined;
  /** How often a process writes what it has run. Default 5 s. */
  readonly interval?: Duration | undefined;
  /** Latest runs of each process that are kept, 1 to 10,000. Default 100. */
  readonly history?: number | undefined;
  /** Tasks with numbers of their own in one minute of a process; more are counted as `_other`. Default 200. */
  readonly maxTasks?: number | undefined;
}

/**
 * `TaskDashboard`: what the app's tasks have done lately, over all processes. Imported beside `TasksModule.forRoot()`.
 *
 * @example
 * @Module({ imports: [TasksModule.forRoot(), TasksDashboardModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class TasksDashboardModule {
  /** @throws InvalidOptionError, InvalidDurationError */
  static forRoot(options: TasksDashboardOptions = {}): DynamicModule {
    assertKnownKeys(options, ['window', 'interval', 'history', 'maxTasks'], 'dashboard');
    const { history = 100, maxTasks = 200 } = options;
    const window = toMs(options.window ?? '1h', 'dashboard.window');
    const interval = toMs(options.interval ?? '5s', 'dashboard.interval');
    assertWithin('window', window, SLOT, 86_400_000);
    assertWithin('interval', interval, 100, SLOT);
    assertWithin('history', history, 1, 10_000);
    assertWithin('maxTasks', maxTasks, 1, 10_000);
    const settings = { window: Math.ceil(window / SLOT) * SLOT, interval, history, maxTasks };
    return { module: TasksDashboardModule, providers: [dashboard(settings)], exports: [TaskDashboard] };
  }
}

interface Settings {
  readonly window: number;
  readonly interval: number;
  readonly history: number;
  readonly maxTasks: number;
}

const dashboard = ({ window, interval, history, maxTasks }: Settings): FactoryProvider<TaskDashboard> => ({
  provide: TaskDashboard,
  inject: [RESOLVED_OPTIONS, BackendSet, TaskEvents],
  useFactory: ({ clock }: ResolvedOptions, { primary }: BackendSet, { probes }: TaskEvents) => {
    const log = new RunLog({ maxTasks, history, slots: window / SLOT }, () => clock.now());
    return new TaskDashboard({
      log,
      fleet: new FleetLog(primary.state, randomUUID(), window + 2 * SLOT),
      scope: primary.queue.capabilities.records,
      window,
      interval,
      history,
      clock,
      stopWatching: probes.add(log),
    });
  },
});

function assertWithin(key: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InvalidOptionError([
    { path: `dashboard.${key}`, message: `must be a whole number, ${least} to ${most}` },
  ]);
}
