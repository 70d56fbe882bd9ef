import type { Ms } from '../contract/index.js';

/** How one run of a job ended, as plain data: no payload, no result. */
export interface ExecutionRecord {
  readonly jobId: string;
  readonly task: string;
  readonly queue: string;
  readonly workerId: string;
  readonly attempt: number;
  readonly outcome: 'completed' | 'retrying' | 'failed' | 'cancelled' | 'released';
  /** Epoch milliseconds by the clock of its process. */
  readonly startedAt: number;
  readonly duration: Ms;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
}

/** Failed runs of one task with one error. */
export interface ErrorGroup {
  readonly task: string;
  readonly name: string;
  /** Numbers and ids in it are `#`: the same error of other jobs is the same group. */
  readonly message: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of the latest of them. */
  readonly lastJobId: string;
}

/** One task over the window. */
export interface TaskStatistics {
  readonly task: string;
  /** Runs that ended. */
  readonly runs: number;
  readonly completed: number;
  /** Runs that failed and were tried again. */
  readonly retried: number;
  /** Runs that made a dead letter. */
  readonly failed: number;
  /** Share of the runs that failed, tried again or not. */
  readonly errorRate: number;
  readonly meanDuration: Ms;
  /** Within 2 % of the true ones. */
  readonly p50: Ms;
  readonly p95: Ms;
  readonly p99: Ms;
}

/** All tasks over the window, and how far it is. */
export interface DashboardSummary {
  readonly scope: 'fleet' | 'process';
  /** Milliseconds that the numbers are of: the window, or less since the start or the last reset. */
  readonly window: Ms;
  readonly runs: number;
  readonly completed: number;
  readonly retried: number;
  readonly failed: number;
  readonly errorRate: number;
  /** Runs a second. */
  readonly throughput: number;
  /** Processes that have run something in the window. */
  readonly processes: number;
}
