import type { OnModuleDestroy } from '@nestjs/common';
import type { Clock, Ms } from '../contract/index.js';
import { within } from '../state/index.js';
import type { PoolStats, WorkerPool } from '../worker/index.js';
import type { BackendProbe, ProbedBackend } from './backend-probe.js';
import { schedulerHealth, type WatchedScheduler } from './scheduler-health.js';
import {
  type HealthStatus,
  type PartHealth,
  type TaskHealth,
  type WorkersHealth,
  worstOf,
} from './task-health.js';

export interface TasksHealthParts {
  readonly probe: BackendProbe;
  readonly backends: () => readonly ProbedBackend[];
  readonly pool: Pick<WorkerPool, 'stats' | 'isRunning' | 'isStopping'>;
  /** Whether this process runs jobs at all. */
  readonly runsJobs: boolean;
  /** Whether its workers start with the app: else it is no fault when they do not run. */
  readonly autoStart: boolean;
  readonly maxZombies: number;
  /** Undefined where this process fires no schedules. */
  readonly scheduler: WatchedScheduler | undefined;
  /** How long a part of the app's own may take to look. */
  readonly timeout: Ms;
  readonly clock: Clock;
}

/**
 * How the app's tasks are: each backend and each queue asked with a timeout, the workers and the scheduler of this process, and what else was added;
 * the worst of them is the whole. Calls at the same time share one look.
 *
 * @example
 * constructor(private readonly health: TasksHealth) {}
 * const { status, reasons } = await this.health.check();
 */
export class TasksHealth implements OnModuleDestroy {
  private readonly added = new Map<string, () => PartHealth | Promise<PartHealth>>();
  private looking: Promise<TaskHealth> | undefined;
  private isClosing = false;

  constructor(private readonly parts: TasksHealthParts) {}

  /** Looks at everything now. Never rejects. */
  check(): Promise<TaskHealth> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Whether this process can be given work: it is not `down`. `false` from the moment on at which it begins to drain. */
  async isReady(): Promise<boolean> {
    return (await this.check()).status !== 'down';
  }

  /**
   * Adds a part of the app's own; it counts like the others. One that throws, rejects, or takes longer than `timeout` is down.
   * @returns takes it away
   */
  add(name: string, look: () => PartHealth | Promise<PartHealth>): () => void {
    this.added.set(name, look);
    return () => this.added.delete(name);
  }

  onModuleDestroy(): void {
    this.isClosing = true;
  }

  private async look(): Promise<TaskHealth> {
    const { probe, backends, runsJobs, scheduler: watched, clock } = this.parts;
    const [found, parts] = await Promise.all([
      Promise.all(backends().map(async (one) => ({ name: one.name, ...(await probe.probe(one)) }))),
      this.lookAtAdded(),
    ]);
    const workers = runsJobs ? this.workers() : undefined;
    const scheduler = watched && schedulerHealth(watched, clock.now());
    const all: readonly (readonly [string, PartHealth])[] = [
      ...found.map(({ name, backend }) => [`backend ${name}`, backend] as const),
      ...found.flatMap(({ queues }) => queues.map(([queue, health]) => [`queue ${queue}`, health] as const)),
      ...(workers === undefined ? [] : [['workers', workers] as const]),
      ...(scheduler === undefined ? [] : [['scheduler', scheduler] as const]),
      ...parts,
    ];
    return {
      status: this.isClosing ? 'down' : worstOf(all.map(([, { status }]) => status)),
      reasons: [
        ...(this.isClosing ? ['the app is shutting down'] : []),
        ...all.flatMap(([name, { reasons }]) => reasons.map((reason) => `${name}: ${reason}`)),
      ],
      checkedAt: new Date(clock.now()).toISOString(),
      backends: Object.fromEntries(found.map(({ name, backend }) => [name, backend])),
      queues: Object.fromEntries(found.flatMap(({ queues }) => queues)),
      ...(workers === undefined ? {} : { workers }),
      ...(scheduler === undefined ? {} : { scheduler }),
      parts: Object.fromEntries(parts),
    };
  }

  private lookAtAdded(): Promise<(readonly [string, PartHealth])[]> {
    return Promise.all(
      [...this.added].map(async ([name, look]) => {
        const { timeout, clock } = this.parts;
        const health = await within(new Promise<PartHealth>((resolve) => resolve(look())), timeout, clock);
        return [name, health ?? { status: 'down', reasons: ['it could not be looked at'] }] as const;
      }),
    );
  }

  private workers(): WorkersHealth {
    const { pool } = this.parts;
    const stats = pool.stats();
    const { size, active, capacity, zombies, jobs, failures } = stats;
    return {
      ...this.judge(stats),
      running: pool.isRunning,
      draining: pool.isStopping,
      size,
      active,
      capacity,
      zombies,
      jobs,
      failures,
      successRate: jobs === 0 ? 1 : (jobs - failures) / jobs,
    };
  }

  private judge({ zombies, size }: PoolStats): PartHealth {
    const { pool, autoStart, maxZombies } = this.parts;
    if (pool.isStopping) return is('down', 'they are draining');
    if (!pool.isRunning) return autoStart ? is('down', 'they do not run') : is('up');
    if (zombies >= maxZombies)
      return is('down', `${zombies} handlers go on after their runs have ended: no more jobs are taken`);
    return size === 0 ? is('degraded', 'the pool was scaled to none') : is('up');
  }
}

const is = (status: HealthStatus, ...reasons: string[]): PartHealth => ({ status, reasons });
