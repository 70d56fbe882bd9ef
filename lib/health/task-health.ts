import type { Ms } from '../contract/index.js';

/** `degraded`: it works, and somebody should look. `down`: it does not. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/** One part of the whole. */
export interface PartHealth {
  readonly status: HealthStatus;
  /** Why it is not up, in plain words and without a secret; empty when it is. */
  readonly reasons: readonly string[];
}

export interface BackendHealth extends PartHealth {
  /** Of its server, when it has answered. */
  readonly type?: string;
  readonly version?: string;
  readonly responseTime?: Ms;
}

export interface QueueHealth extends PartHealth {
  /** Name of the backend's entry. */
  readonly backend: string;
  /** Ready to run; absent when the queue could not be read, as are the next ones. */
  readonly pending?: number;
  readonly running?: number;
  readonly deadLetters?: number;
  readonly isPaused?: boolean;
  /** How long the job that has been ready longest waits; 0: none is. Absent on RabbitMQ without a shared ledger, where nobody knows. */
  readonly oldestAge?: Ms;
}

/** The workers of this process. */
export interface WorkersHealth extends PartHealth {
  readonly running: boolean;
  /** They claim no more, and end what they have. */
  readonly draining: boolean;
  readonly size: number;
  readonly active: number;
  readonly capacity: number;
  readonly zombies: number;
  readonly jobs: number;
  readonly failures: number;
  /** Share of the runs since the start that ended without an error; 1 before the first. */
  readonly successRate: number;
}

/** What this process does about the schedules of the fleet. */
export interface SchedulerHealth extends PartHealth {
  /** Whether it takes part. */
  readonly running: boolean;
  /** Whether it fires them. */
  readonly leading: boolean;
  /** How many it has in hand; only who leads has any. */
  readonly schedules: number;
  /** When the first of them fires, ISO 8601; absent where it does not lead, or none is to fire. */
  readonly nextAt?: string;
  /** When it was last in touch with the store, ISO 8601. */
  readonly lastBeatAt?: string;
}

/** How an app's tasks are, as this process sees it: plain data, without a secret. */
export interface TaskHealth extends PartHealth {
  /** The worst of all parts. */
  readonly status: HealthStatus;
  /** ISO 8601, by this process's clock. */
  readonly checkedAt: string;
  readonly backends: Readonly<Record<string, BackendHealth>>;
  readonly queues: Readonly<Record<string, QueueHealth>>;
  /** Absent in a process that runs no jobs. */
  readonly workers?: WorkersHealth;
  /** Absent in a process that fires no schedules (`scheduler.enabled`). */
  readonly scheduler?: SchedulerHealth;
  /** What the app, or another module, has added. */
  readonly parts: Readonly<Record<string, PartHealth>>;
}

const ORDER: readonly HealthStatus[] = ['up', 'degraded', 'down'];

/** The worst of them; `up` of none. */
export function worstOf(statuses: Iterable<HealthStatus>): HealthStatus {
  let worst = 0;
  for (const status of statuses) worst = Math.max(worst, ORDER.indexOf(status));
  return ORDER[worst] as HealthStatus;
}
