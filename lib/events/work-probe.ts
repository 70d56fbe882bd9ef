import type { ClaimedJob, EndedJob, Ms, NewJob, Outcome, TaskExecutionContext } from '../contract/index.js';

/** A run as who watches it from inside sees it: the worker's own object, valid while the call lasts. */
export interface ProbedRun extends TaskExecutionContext {
  readonly job: ClaimedJob;
  /** What it failed with, or was interrupted with. */
  readonly error: unknown;
  /** Of this run; 0 when nothing was called. */
  readonly duration: Ms;
  /** Whether its handler, or what stands before it, was called. */
  readonly hasBegun: boolean;
}

/** One answered claim of a worker. */
export interface AnsweredClaim {
  /** Name of the backend's entry. */
  readonly backend: string;
  readonly jobs: readonly ClaimedJob[];
  /** Verdicts that travelled with it. */
  readonly settled: number;
  /** Epoch milliseconds by this process's clock. */
  readonly startedAt: number;
  readonly took: Ms;
}

/**
 * Watches the work of this process from inside, in the middle of each job's course: what metrics, traces and statistics are made of. No event
 * object is made for it, so it costs a call. What it throws is logged and changes nothing.
 */
export interface WorkProbe {
  /** Accepted by its queue, as a new job. */
  enqueued?(job: NewJob): void;
  /** A worker's claim was answered. */
  claimed?(claim: AnsweredClaim): void;
  claimFailed?(backend: string): void;
  /** A run begins. */
  started?(run: ProbedRun): void;
  /** A run has ended, and its backend has taken note. */
  settled?(run: ProbedRun, outcome: Outcome): void;
  /** The lease of a job in hand was lost: what becomes of its run counts for nothing. */
  lost?(job: ClaimedJob): void;
  /** Ended inside the store: stalled too often, or cancelled because of another job. */
  ended?(job: EndedJob): void;
}

/** One call that enqueues, as its tracer is told of it. */
export interface EnqueueCall {
  readonly queue: string;
  /** Name of the backend's entry. */
  readonly backend: string;
  /** Of a lone job; undefined for many. */
  readonly task?: string | undefined;
  /** How many jobs. */
  readonly count: number;
}

/** Stands around every call that enqueues. */
export interface EnqueueTracer {
  /** Calls `body`, once and at once, and gives what it gives. @param body What it resolves to is the job, or the jobs. */
  trace<T>(call: EnqueueCall, body: () => Promise<T>): Promise<T>;
}
