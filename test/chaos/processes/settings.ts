import type { NamedBackendOptions, WorkerOptions } from 'nestjs-tasks';

/** The queue that everything flows through. */
export const QUEUE = 'chaos';

/** Of the queue, over all processes. */
export interface QueueLimits {
  /** Running at once. */
  readonly concurrency: number;
  readonly rateLimit: { readonly limit: number; readonly per: number; readonly burst: number };
}

/** What a child process is told when it starts, as JSON in `CHAOS_SETTINGS`. */
export interface ChildSettings {
  /** Unique in the run; begins its journal's name. */
  readonly name: string;
  readonly journal: string;
  readonly seed: number;
  /** The queue is on the last one; those before it keep what that one does not. */
  readonly backends: readonly NamedBackendOptions[];
  readonly worker: WorkerOptions;
  /** Default: none. */
  readonly limits?: QueueLimits | undefined;
  /** Jobs a second that it enqueues. */
  readonly rate: number;
  /** Of a producer: the number of its first job, so that one that was started again goes on. */
  readonly firstNumber: number;
  /** Of a producer: how many to enqueue at most. Default: until it is told to stop. */
  readonly limit?: number | undefined;
  /** Of a producer: what its jobs are, in parts of a hundred. What is left is plain. */
  readonly mix: Readonly<Partial<Record<Exclude<JobKind, 'plain'>, number>>>;
  /** How far this process's wall clock is ahead, in ms. */
  readonly skew: number;
}

/**
 * What a job does. `plain`: ends at once. `slow`: takes 20 to 200 ms. `flaky`: its first run fails. `later`: due after 100 to
 * 600 ms. `twin`: shares an idempotency key with nine others. `blocking`: blocks the event loop for three leases, on its first
 * run. `dying`: its first run kills its process after its effect. `poison`: every run kills its process.
 */
export type JobKind =
  'plain' | 'slow' | 'flaky' | 'later' | 'twin' | 'blocking' | 'dying' | 'poison' | 'hopeless';

export interface ChaosPayload {
  readonly producer: string;
  readonly number: number;
  readonly kind: JobKind;
  readonly ms: number;
}

/** What a child says of itself, a few times a second. */
export interface Pulse {
  readonly accepted: number;
  readonly done: number;
  readonly heapUsed: number;
  readonly handles: number;
  /** It was told to enqueue no more, and all that it has enqueued is accepted. */
  readonly isResting?: boolean;
}

/** What the parent says to a child. `rest`: a worker enqueues no more, and goes on with what is there. */
export type Order = 'stop' | 'quit' | 'rest';

export function readSettings(): ChildSettings {
  return JSON.parse(process.env['CHAOS_SETTINGS'] ?? 'null') as ChildSettings;
}
