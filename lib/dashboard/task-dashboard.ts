import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock, ClockTimer, Ms } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import type { DashboardSummary, ErrorGroup, ExecutionRecord, TaskStatistics } from './execution-record.js';
import type { FleetLog } from './fleet-log.js';
import { type RunLog, SLOT } from './run-log.js';
import { TaskSlot } from './task-slot.js';

export interface TaskDashboardParts {
  readonly log: RunLog;
  readonly fleet: FleetLog;
  readonly scope: 'fleet' | 'process';
  /** Whole minutes. */
  readonly window: Ms;
  /** How often this process writes. */
  readonly interval: Ms;
  readonly history: number;
  readonly clock: Clock;
  readonly stopWatching: () => void;
}

/** Which runs are listed. */
export interface HistoryQuery {
  readonly task?: string | undefined;
  readonly outcome?: ExecutionRecord['outcome'] | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}

/**
 * What the tasks of an app have done lately, over all processes that share the primary backend: numbers by task, the latest runs, errors in groups. Every run is
 * counted once; what a process that dies had not written yet, of the last seconds, is missing.
 *
 * @example
 * constructor(private readonly dashboard: TaskDashboard) {}
 * const { throughput, errorRate } = await this.dashboard.summary();
 */
export class TaskDashboard implements OnApplicationShutdown {
  private readonly logger = new Logger('TaskDashboard');
  private readonly since: number;
  private timer: ClockTimer | undefined;
  private epoch: number | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(private readonly parts: TaskDashboardParts) {
    this.since = parts.clock.now();
    this.arm();
  }

  /** All tasks together, over the window. @throws BackendUnavailableError */
  async summary(): Promise<DashboardSummary> {
    const { scope, window, clock } = this.parts;
    const { slots, processes } = await this.look();
    const whole = new TaskSlot();
    for (const slot of slots.values()) whole.merge(slot.toData());
    const { runs, completed, retried, failed, errorRate } = whole.statistics('');
    const covered = Math.min(window, Math.max(1_000, clock.now() - this.since, processes > 1 ? window : 0));
    return {
      scope,
      window: covered,
      runs,
      completed,
      retried,
      failed,
      errorRate,
      throughput: runs / (covered / 1_000),
      processes,
    };
  }

  /** Each task over the window, the one with the most runs first. @throws BackendUnavailableError */
  async tasks(): Promise<TaskStatistics[]> {
    const { slots } = await this.look();
    return [...slots].map(([task, slot]) => slot.statistics(task)).toSorted((a, b) => b.runs - a.runs);
  }

  /** The latest runs, newest first: of each process as many as `history` says. @throws BackendUnavailableError */
  async history({ task, outcome, limit = 100 }: HistoryQuery = {}): Promise<ExecutionRecord[]> {
    const found = (await this.recent()).flatMap(({ records }) => records);
    return found
      .filter(
        (record) => (task ?? record.task) === record.task && (outcome ?? record.outcome) === record.outcome,
      )
      .toSorted((a, b) => b.startedAt + b.duration - (a.startedAt + a.duration))
      .slice(0, limit);
  }

  /** Errors by task, the latest first; each process keeps the latest hundred groups. @throws BackendUnavailableError */
  async recentErrors(): Promise<ErrorGroup[]> {
    const groups = new Map<string, ErrorGroup>();
    for (const error of (await this.recent()).flatMap(({ errors }) => errors)) {
      const key = JSON.stringify([error.task, error.name, error.message]);
      const known = groups.get(key);
      groups.set(key, known === undefined ? error : together(known, error));
    }
    return [...groups.values()].toSorted((a, b) => b.lastAt - a.lastAt);
  }

  /** Forgets all numbers and all history, of every process; the others take note with their next writing. */
  async reset(): Promise<void> {
    await this.write();
    this.epoch = await this.parts.fleet.newEpoch();
    this.parts.log.clear();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    this.timer?.cancel();
    this.parts.stopWatching();
    await this.write().catch(() => undefined);
  }

  private async look() {
    await this.write();
    const { fleet, window, clock } = this.parts;
    const last = Math.floor(clock.now() / SLOT);
    const minutes = Array.from({ length: window / SLOT }, (_, back) => last - back);
    const processes = await fleet.processes(clock.now() - window);
    const slots = new Map<string, TaskSlot>();
    for (const tasks of await fleet.minutes(this.epoch ?? 0, processes, minutes)) {
      for (const [task, data] of Object.entries(tasks)) {
        let slot = slots.get(task);
        if (slot === undefined) slots.set(task, (slot = new TaskSlot()));
        slot.merge(data);
      }
    }
    return { slots, processes: processes.length };
  }

  private async recent() {
    await this.write();
    const { fleet, window, clock } = this.parts;
    return fleet.recent(this.epoch ?? 0, await fleet.processes(clock.now() - window));
  }

  private arm(): void {
    const { clock, interval } = this.parts;
    if (this.isClosed) return;
    this.timer = clock.setTimer(interval, () => {
      void this.write()
        .catch((error: unknown) =>
          this.logger.warn(`The numbers could not be written: ${toErrorRecord(error).message}`),
        )
        .finally(() => this.arm());
    });
  }

  /** One after the other: an older writing must not come to stand over a newer one. */
  private write(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.writeNow());
    return this.writing;
  }

  private async writeNow(): Promise<void> {
    const { fleet, log, clock, history } = this.parts;
    const epoch = await fleet.epoch();
    // Somebody else has reset: what was counted before is not to come back.
    if (this.epoch !== undefined && this.epoch !== epoch) log.clear();
    this.epoch = epoch;
    const now = clock.now();
    const recent = { records: log.records.slice(-history), errors: log.errors };
    if (recent.records.length === 0) return;
    await fleet.write(epoch, log.minutes(), recent, now);
    log.forgetBefore(Math.floor(now / SLOT));
  }
}

function together(a: ErrorGroup, b: ErrorGroup): ErrorGroup {
  const later = a.lastAt >= b.lastAt ? a : b;
  return { ...later, count: a.count + b.count, firstAt: Math.min(a.firstAt, b.firstAt) };
}
