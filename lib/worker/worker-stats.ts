import type { Ms } from '../contract/index.js';

/** What one worker has done since it started. */
export interface WorkerJobStats {
  readonly workerId: string;
  /** Runs that have ended. */
  readonly jobs: number;
  /** Runs of those that ended with an error, the ones that are tried again included. */
  readonly failures: number;
  /** Of a run. */
  readonly meanTime: Ms;
  /** Sum over its runs; runs side by side count each. */
  readonly busyTime: Ms;
  readonly uptime: Ms;
  /** Running now. */
  readonly active: number;
  /** How many it may run at once. */
  readonly capacity: number;
}

/** What this process uses of its machine. */
export interface ProcessStats {
  /** Share of one core since the pool started, 0 to the number of cores. */
  readonly cpu: number;
  /** Resident bytes. */
  readonly memory: number;
  readonly heapUsed: number;
  /** How late the event loop is. */
  readonly eventLoopLag: { readonly mean: Ms; readonly p99: Ms; readonly max: Ms };
}

/** All workers of this process together. */
export interface PoolStats {
  readonly running: boolean;
  readonly size: number;
  readonly active: number;
  readonly capacity: number;
  readonly jobs: number;
  readonly failures: number;
  readonly meanTime: Ms;
  readonly busyTime: Ms;
  readonly uptime: Ms;
  /** Verdicts that came too late: the lease was lost. */
  readonly leasesLost: number;
  /** Handlers that go on after their run has ended. */
  readonly zombies: number;
  readonly workers: readonly WorkerJobStats[];
  readonly process: ProcessStats;
}
